"""The tickets of the demo's first desk, Medan. All people and offices are invented."""

from helpdesk.demo.people import ARIS, DEWI, FERRY, HOTMA, LINA, MAYA, PROMO, RAHMAT, SRI, SUPERIORS, YANTO
from helpdesk.demo.story import (
    REOPENS,
    RETURNS,
    WITHDRAWS,
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

MEDAN = "kptik-medan"
SITI, BUDI = sample("pemohon"), sample("pemohon2")
BOSS = SUPERIORS[0]

TRIAGE = (
    recorded(
        MEDAN, Channel.PHONE, YANTO, "6m", "Listrik ruang server padam",
        "Penelepon: listrik ruang server lantai 3 padam, UPS berbunyi dan tinggal sekitar 20 menit.",
        item="bmn.4/facilities", attributes={"kind": "electricity"},
    ),
    form(
        MEDAN, LINA, "21m", "bmn.4/facilities", "Air merembes di plafon ruang arsip",
        "Air merembes dari plafon tepat di atas rak arsip. Sementara kami tampung dengan ember.",
        attributes={"kind": "water"}, file="plafon-ruang-arsip.png",
    ),
    mail(
        MEDAN, SITI, "9m", "Lupa password email",
        "Selamat pagi,\n\nSaya lupa kata sandi surel dinas setelah cuti. Mohon bantuan untuk diatur ulang.\n\n"
        "Terima kasih,\nSiti",
    ),
    mail(
        MEDAN, RAHMAT, "26m", "Permintaan instalasi aplikasi perkantoran untuk 6 laptop",
        "Yth. petugas layanan,\n\nSeksi kami menerima 6 laptop baru dan perlu dipasangi aplikasi perkantoran. "
        "Nomor seri dan kode BMN terlampir.\n\nSalam,\nRahmat Nasution",
        copy=BOSS, file="nomor-seri.csv", html=True,
    ),
    mail(
        MEDAN, FERRY, "47m", "Printer lantai 2 macet terus",
        "Kertas selalu tersangkut sejak kemarin, sudah dicoba ganti kertas tetapi sama saja. Layar memberi kode 13.2.",
        file="kode-galat.png", html=True,
    ),
    form(
        MEDAN, MAYA, "2h10m", "itsm.8/account-collective", "Akun surel untuk 34 pegawai baru",
        "Mohon dibuatkan akun bagi 34 pegawai baru yang mulai bertugas awal bulan depan. Daftar terlampir.",
        attributes={"accounts": 34}, file="daftar-akun.csv",
    ),
    recorded(
        MEDAN, Channel.NOTA_DINAS, HOTMA, "3h", "Antar jemput narasumber dari bandara",
        "Nota dinas bagian umum: mohon kendaraan untuk menjemput dua narasumber di bandara pada hari kegiatan.",
        item="tu.1/protocol", event_in=5, earlier="diterima lewat caraka, dicatat kemudian",
    ),
)  # fmt: skip

AT_WORK = (
    mail(
        MEDAN, DEWI, "3h25m", "Akun terkunci setelah salah kata sandi",
        "Akun saya terkunci sejak pagi dan saya tidak dapat membuka surel sama sekali.",
        triaged("8m", "agen", "itsm.8/reset-password", "rft-tik"),
        does("40m", "joko", "take"),
        does("1h5m", "joko", "note", text="Akun terkunci oleh kebijakan direktori; menunggu sinkronisasi malam."),
    ),
    mail(
        MEDAN, HOTMA, "6h10m", "Tidak bisa masuk surel dari ponsel",
        "Sejak ganti kata sandi, surel di ponsel selalu menolak. Di komputer kantor lancar.",
        triaged("14m", "rina", "itsm.8/reset-password", "rft-tik"),
    ),
    mail(
        MEDAN, BUDI, "1d4h", "Laptop mati mendadak saat rapat",
        "Laptop inventaris mati mendadak dan tidak mau menyala lagi. Pengisi daya sudah dicoba di dua tempat.",
        triaged("22m", "agen", "bmn.3/asset-repair", "rft-bmn", performed_by="in-house"),
        does("3h", "teknisi", "take"),
        does("3h20m", "teknisi", "note", text="Papan induk kemungkinan korsleting; dicoba dengan RAM cadangan."),
        does("4h", "teknisi", "reply", text="Perangkat sudah kami terima dan sedang diperiksa di ruang teknisi."),
        answered("5h10m", "Baik, terima kasih. Mohon data di dalamnya diselamatkan terlebih dahulu ya."),
        copy=BOSS,
    ),
    form(
        MEDAN, LINA, "1d1h", "itsm.9/software-install", "Instalasi aplikasi pengolah data di 3 komputer",
        "Mohon dipasang di tiga komputer ruang layanan, paling baik setelah pukul 15.00.",
        triaged("30m", "rina", "itsm.9/software-install", "rft-tik"),
        does("4h", "teknisi", "take"),
        attributes={"devices": 3, "software": "Aplikasi pengolah data"}, copy=BOSS,
    ),
    mail(
        MEDAN, MAYA, "2d2h", "AC ruang pelayanan tidak dingin",
        "AC di ruang pelayanan hanya mengeluarkan angin. Antrean pengunjung cukup panjang dan ruangan panas.",
        triaged(
            "6m", "agen", "bmn.4/facilities", "rft-bmn", kind="cooling", severity="light", materials="no", doable="yes"
        ),
        does("2h", "laras", "take"),
        does("2h30m", "laras", "note", text="Kapasitor perlu diganti, barang sudah dipesan ke gudang."),
        html=True, file="ruang-pelayanan.png",
    ),
    mail(
        MEDAN, RAHMAT, "1d6h", "Kabel jaringan untuk ruang rapat baru",
        "Mohon disediakan 4 kabel UTP masing-masing 15 meter untuk ruang rapat baru.",
        triaged("18m", "agen", "itsm.5/network-cable", "rft-tik"),
        does("1h", "joko", "take"),
        does("5h", "joko", "escalate", group="pusintek", reason="Persetujuan port sakelar ada di Pusintek."),
        does("7h", "dewa", "take"),
        does("1d1h", "dewa", "note", text="Port 21-24 disiapkan, tinggal penarikan kabel."),
    ),
    recorded(
        MEDAN, Channel.WALK_IN, ARIS, "50m", "Konsultasi pendaftaran penyedia",
        "Penyedia datang ke loket: tidak dapat masuk ke aplikasi pengadaan setelah pindah alamat surel.",
        triaged("5m", "agen", "lpse/consultation", "rft-lpse"),
        does("15m", "laras", "take"),
    ),
    mail(
        MEDAN, FERRY, "7h", "Dukungan konsumsi rapat koordinasi",
        "Mohon dukungan administrasi dan konsumsi rapat koordinasi pekan depan untuk 25 orang.",
        triaged("10m", "rina", "tu.2/secretariat-admin", "rft-tu"),
        does("1h", "laras", "hand-back", group="layer-1", reason="Lokasi dan daftar peserta belum disebutkan."),
        event_in=6,
    ),
)  # fmt: skip

WAITING = (
    recorded(
        MEDAN, Channel.WALK_IN, ARIS, "1d5h", "Pendaftaran penyedia CV Karya Baru",
        "Berkas pendaftaran diserahkan di loket, belum lengkap.",
        triaged("6m", "agen", "lpse/registration-company", "rft-lpse"),
        does("20m", "laras", "take"),
        does("40m", "laras", "reply", text="Mohon melengkapi NPWP perusahaan dan akta perubahan terakhir."),
        does("41m", "laras", "hold", reason="documents", missing=["NPWP perusahaan", "Akta perubahan terakhir"]),
    ),
    mail(
        MEDAN, HOTMA, "1d2h", "Surel masuk ke kotak spam terus",
        "Surel dari rekanan selalu masuk ke kotak spam. Mohon dibantu pengaturannya.",
        triaged("12m", "agen", "itsm.8/reset-password", "rft-tik"),
        does("1h", "joko", "take"),
        does("1h30m", "joko", "reply", text="Mohon kirimkan satu contoh surel tersebut sebagai lampiran."),
        does("1h31m", "joko", "hold", reason="requester"),
        answered("2h", "Saya sedang dinas luar sampai Jumat. Surel ini dijawab otomatis.", machine=True),

    ),
    mail(
        MEDAN, LINA, "4d", "Proyektor aula berkedip",
        "Gambar proyektor aula berkedip dan lampunya meredup.",
        triaged("25m", "agen", "bmn.3/asset-repair", "rft-bmn", performed_by="third-party"),
        does("3h", "laras", "take"),
        does("3h30m", "laras", "set", agreed_in=9, reason="Sesuai jadwal bengkel rekanan"),
        does("4h", "laras", "hold", reason="vendor"),
        copy=BOSS,
    ),
    mail(
        MEDAN, MAYA, "6h", "Akses internet untuk tamu auditor",
        "Besok ada lima auditor yang perlu akses internet selama tiga hari.",
        triaged("11m", "rina", "itsm.5/guest-internet", "rft-tik"),
        does("1h", "teknisi", "take"),
        does("1h10m", "teknisi", "hold", reason="internal"),
    ),
)  # fmt: skip

AFTER_WORK = (
    mail(
        MEDAN, RAHMAT, "2h40m", "Reset kata sandi akun internet",
        "Kata sandi akun internet saya kedaluwarsa. Mohon diatur ulang.",
        triaged("7m", "agen", "itsm.8/reset-password", "rft-tik"),
        worked("20m", "joko", "2h15m", "Kata sandi sementara disampaikan lewat telepon.", "reset kata sandi"),
    ),
    form(
        MEDAN, DEWI, "7h30m", "bmn.5/supplies-install", "Ganti lampu koridor lantai 1",
        "Tiga lampu koridor mati, agak gelap pada sore hari.",
        triaged("9m", "agen", "bmn.5/supplies-install", "rft-bmn"),
        worked("1h", "laras", "5h", "Tiga lampu LED diganti.", "ganti lampu"),
        answered("6h", "Dua lampu sudah menyala, tetapi yang dekat tangga masih mati."),
    ),
    mail(
        MEDAN, SITI, "1d3h", "Mohon akses internet untuk tamu pelatihan",
        "Besok ada tamu pelatihan, mohon dibuatkan akses internet untuk 10 orang.",
        triaged("10m", "agen", "itsm.5/guest-internet", "rft-tik"),
        worked("1h", "joko", "5h", "Sepuluh voucher berlaku dua hari.", "internet tamu"),
        told("6h"),
    ),
    form(
        MEDAN, SRI, "1d2h", "itsm.8/account-individual", "Permintaan akun surel baru",
        "Saya pegawai mutasi, mohon dibuatkan akun surel.",
        triaged("12m", "rina", "itsm.8/account-individual", "rft-tik"),
        does("1h", "joko", "take"),
        does("2h", "joko", "reply", text="Mohon kirimkan SK penempatan agar akun dapat kami buat."),
    ),
    mail(
        MEDAN, FERRY, "2d1h", "Kotak surel penuh",
        "Kotak surel saya penuh dan tidak bisa menerima pesan.",
        triaged("15m", "agen", "itsm.8/reset-password", "rft-tik"),
        worked("1h", "joko", "3h", "Kuota dinaikkan dan arsip dipindahkan.", "kuota surel"),
        told("4h", "agen"),
        does("4h5m", "", RETURNS),
    ),
    mail(
        MEDAN, BUDI, "5d", "Pinjam proyektor untuk sosialisasi",
        "Mohon pinjam satu proyektor dan layar untuk sosialisasi dua hari.",
        triaged("20m", "agen", "bmn.1/asset-loan", "rft-bmn"),
        worked("2h", "laras", "5h", "Proyektor dan layar diserahkan, formulir ditandatangani.", "pinjam alat"),
        told("6h"),
        answered("1d", "Terima kasih banyak atas bantuannya."),
        rated("1d1h", 5, "Cepat, petugasnya ramah."),
        copy=BOSS,
    ),
    mail(
        MEDAN, DEWI, "6d", "Lupa kata sandi akun internet",
        "Mohon atur ulang kata sandi akun internet saya.",
        triaged("5m", "rina", "itsm.8/reset-password", "rft-tik"),
        worked("30m", "joko", "2h", "Diatur ulang, pemohon sudah mencoba.", "reset kata sandi"),
        told("3h"), rated("4h", 4),
    ),
    mail(
        MEDAN, MAYA, "8d", "Kursi roda kaki patah di ruang tunggu",
        "Dua kursi di ruang tunggu kakinya patah, berbahaya bagi pengunjung.",
        triaged("35m", "agen", "bmn.3/asset-repair", "rft-bmn", performed_by="in-house"),
        worked("6h", "laras", "2d5h", "Kaki kursi dilas ulang.", "perbaikan ringan"),
        told("2d6h", "agen"), rated("3d", 2, "Terlalu lama, pengunjung harus berdiri."),
        copy=BOSS,
    ),
    mail(
        MEDAN, LINA, "17d", "Narasumber keamanan informasi",
        "Mohon narasumber untuk sosialisasi keamanan informasi bagi 40 pegawai.",
        triaged("25m", "agen", "itsm.10/ict-training", "rft-tik"),
        worked("1d", "joko", "2d2h", "Narasumber dan bahan tayang disiapkan.", "narasumber"),
        told("2d3h"),
        answered(
            "16d4h", "Bahan tayang kemarin sangat membantu. Mohon narasumber lagi untuk seksi lain bulan depan.",
        ),
    ),
    mail(
        MEDAN, RAHMAT, "3d4h", "Aplikasi presensi tidak terbuka",
        "Aplikasi presensi di komputer saya tidak mau terbuka setelah pembaruan.",
        triaged("16m", "agen", "itsm.9/software-supply", "rft-tik", devices=1),
        worked("1h", "joko", "3h", "Aplikasi dipasang ulang.", "pasang ulang"),
        told("3h30m", "agen"),
        answered("2d2h", "Pagi ini muncul lagi, aplikasi langsung tertutup sendiri."),
        does("2d3h", "joko", "take"),
        copy=BOSS,
    ),
    form(
        MEDAN, SITI, "4d2h", "itsm.5/network-cable", "Kabel LAN meja baru",
        "Meja saya pindah ke dekat jendela, kabelnya tidak sampai.",
        triaged("13m", "rina", "itsm.5/network-cable", "rft-tik"),
        worked("4h", "joko", "1d1h", "Kabel 10 meter dipasang.", "ganti kabel"),
        told("1d2h"),
        does("2d", "", REOPENS, reason="Sambungan putus-putus sejak kemarin sore."),
        worked("2d1h", "joko", "2d6h", "Konektor dikrimping ulang dan diuji.", "ganti kabel"),
        told("3d", "agen"),
    ),
    mail(
        MEDAN, HOTMA, "2d6h", "Printer lantai 2 macet", "Printer lantai 2 macet, mohon dicek.",
        triaged("19m", "agen", "bmn.3/asset-repair"), does("30m", "agen", "cancel", reason="duplicate"),
    ),
    mail(
        MEDAN, PROMO, "3d", "MENANGKAN HADIAH UTAMA HARI INI",
        "Selamat! Alamat Anda terpilih. Segera balas dengan nomor rekening.",
        does("8m", "rina", "cancel", reason="spam"),
    ),
    form(
        MEDAN, BUDI, "2d", "bmn.1/asset-loan", "Pinjam laptop cadangan", "Untuk rapat luar kantor hari Kamis.",
        does("3h", "", WITHDRAWS), copy=BOSS,
    ),
)  # fmt: skip

STORIES: tuple[Story, ...] = (*TRIAGE, *AT_WORK, *WAITING, *AFTER_WORK)
