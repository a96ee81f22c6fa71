"""The tickets of the demo's other four desks. All people and offices are invented."""

from helpdesk.demo.people import ANDI, ENDANG, KADEK, NURUL, PROGRAM, SUPERIORS, TEGUH, WATI, WAYAN
from helpdesk.demo.story import (
    Story,
    answered,
    does,
    form,
    mail,
    rated,
    recorded,
    sample,
    told,
    triaged,
    worked,
)
from helpdesk.tickets.words import Channel

SEMARANG, SURABAYA, DENPASAR, MAKASSAR = "kptik-semarang", "kptik-surabaya", "kptik-denpasar", "kptik-makassar"
SITI, BUDI = sample("pemohon"), sample("pemohon2")
HEAD = SUPERIORS[1]

IN_SEMARANG = (
    mail(
        SEMARANG, WATI, "16m", "Tidak bisa cetak dari aplikasi keuangan",
        "Setiap mencetak dari aplikasi keuangan muncul pesan galat, dari aplikasi lain bisa.", html=True,
    ),
    recorded(
        SEMARANG, Channel.PHONE, ENDANG, "2h", "Kunci ruang arsip rusak",
        "Penelepon: kunci ruang arsip patah, berkas tidak dapat diambil.",
        triaged("4m", "rina", "bmn.5/supplies-install", "rft-bmn"),
        does("30m", "laras", "take"),
    ),
    form(
        SEMARANG, BUDI, "1d", "itsm.5/guest-internet", "Internet tamu untuk rapat kerja",
        "Mohon akses internet bagi 20 peserta rapat kerja besok pagi.",
        triaged("20m", "agen", "itsm.5/guest-internet", "rft-tik"),
        worked("1h", "teknisi", "6h", "Dua puluh voucher diserahkan.", "internet tamu"),
    ),
    mail(
        SEMARANG, TEGUH, "7d", "Instal ulang 8 komputer ruang kelas",
        "Mohon instal ulang 8 komputer ruang kelas sebelum pelatihan.",
        triaged("24m", "agen", "itsm.9/software-install", "rft-tik", devices=8, software="Paket pelatihan"),
        worked("3h", "teknisi", "1d6h", "Delapan komputer selesai, diuji satu per satu.", "pasang aplikasi"),
        told("1d7h"), rated("2d2h", 5, "Rapi dan tepat waktu."),
        copy=HEAD, file="nomor-seri.csv",
    ),
)  # fmt: skip

IN_SURABAYA = (
    recorded(
        SURABAYA, Channel.API, PROGRAM, "38m", "Akun surel pegawai mutasi",
        "Dibuat otomatis: pegawai mutasi mulai bertugas, akun surel diperlukan.", item="itsm.8/account-individual",
    ),
    mail(
        SURABAYA, WATI, "5h20m", "Komputer sangat lambat",
        "Komputer baru terpakai setelah menunggu lima belas menit. Pekerjaan pelayanan terganggu.",
        triaged("33m", "agen", "bmn.3/asset-repair", "rft-bmn", performed_by="in-house"),
        does("2h", "laras", "take"),
        does("3h", "laras", "note", text="Cakram keras hampir penuh dan mulai cacat; diganti SSD dari gudang."),
        copy=HEAD,
    ),
    mail(
        SURABAYA, TEGUH, "9h", "Komputer lambat di seksi saya juga",
        "Menyambung surel rekan, komputer saya juga lambat.",
        triaged("40m", "agen", "bmn.3/asset-repair"),
        does("5h", "agen", "merge", number_of="Komputer sangat lambat"),
        copy=HEAD,
    ),
    mail(
        SURABAYA, ENDANG, "12d", "Sewa ruang untuk gerai kantin",
        "Koperasi bermaksud menyewa ruang kosong di lantai dasar untuk kantin.",
        triaged("1h", "rina", "bmn.2/asset-rent", "rft-bmn"),
        does("3h", "laras", "take"),
        does("4h", "laras", "hold", reason="documents", missing=["Surat Penilaian BMN"]),
        answered("6d", "Terlampir surat penilaian. Mohon diproses lebih lanjut.", file="surat-penilaian.csv"),
        does("6d1h", "laras", "resume"),
        does("6d1h10m", "laras", "set", starts=True, reason="Dokumen dinyatakan lengkap"),
    ),
)  # fmt: skip

IN_DENPASAR = (
    mail(
        DENPASAR, KADEK, "1h50m", "Rapat daring pimpinan besok pagi",
        "Mohon pendampingan rapat daring pimpinan besok pukul 09.00 WITA di ruang rapat utama.",
        triaged("10m", "agen", "itsm.12/leader-onsite", "rft-tik"),
        does("40m", "teknisi", "take"),
        copy=HEAD,
    ),
    form(
        DENPASAR, WAYAN, "1d2h", "bmn.4/facilities", "Sampah menumpuk di area parkir",
        "Sampah sisa acara menumpuk di area parkir timur.",
        triaged(
            "8m", "rina", "bmn.4/facilities", "rft-bmn",
            kind="cleaning", severity="light", materials="yes", doable="yes",
        ),
        worked("1h", "laras", "5h", "Area parkir sudah dibersihkan.", "kebersihan"),
        told("6h"),
        attributes={"kind": "cleaning"}, file="parkir-timur.png",
    ),
    mail(
        DENPASAR, SITI, "4d4h", "Reset kata sandi surel", "Mohon atur ulang kata sandi surel saya.",
        triaged("9m", "agen", "itsm.8/reset-password", "rft-tik"),
        worked("40m", "teknisi", "2h", "Diatur ulang.", "reset kata sandi"),
        told("2h30m"), rated("5h", 5, "Terima kasih, langsung bisa masuk."),
    ),
)  # fmt: skip

IN_MAKASSAR = (
    mail(
        MAKASSAR, ANDI, "34m", "Jaringan ruang pelayanan terputus",
        "Jaringan di tiga meja pelayanan terputus sejak listrik sempat padam tadi.",
        file="lampu-sakelar.png", html=True,
    ),
    mail(
        MAKASSAR, NURUL, "2d5h", "Publikasi kegiatan donor darah",
        "Mohon kegiatan donor darah diliput dan diberitakan. Foto menyusul.",
        triaged("1h10m", "rina", "tu.2/secretariat-publication", "rft-tu"),
        does("3h", "laras", "take"),
        does("4h", "laras", "hold", reason="documents", missing=["Data dukung yang relevan"]),
        event_in=2, evening=True,
    ),
    mail(
        MAKASSAR, ANDI, "14d", "Perangkat pimpinan tidak terhubung ke proyektor",
        "Tablet pimpinan tidak dapat ditampilkan ke proyektor ruang rapat.",
        triaged("15m", "agen", "itsm.12/leader-devices", "rft-tik"),
        worked("1h", "teknisi", "6h", "Adaptor diganti dan dicoba bersama ajudan.", "perangkat pimpinan"),
        told("7h"),
        copy=HEAD,
    ),
    recorded(
        MAKASSAR, Channel.WALK_IN, NURUL, "3d", "Pinjam mikrofon nirkabel",
        "Pemohon datang ke loket untuk acara besok.",
        triaged("5m", "agen", "bmn.1/asset-loan", "rft-bmn"),
        worked("20m", "laras", "1h", "Dua mikrofon diserahkan.", "pinjam alat"),
        told("1h30m", "agen"), rated("1d", 4, "Baik, hanya baterainya kurang."),
    ),
)  # fmt: skip

STORIES: tuple[Story, ...] = (*IN_SEMARANG, *IN_SURABAYA, *IN_DENPASAR, *IN_MAKASSAR)
