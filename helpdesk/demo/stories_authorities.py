"""The demo's tickets at the desks of the other two authorities. All people and offices are invented."""

from helpdesk.demo.people import ANDI, ENDANG, KADEK, MAYA, NURUL, TEGUH, WATI, WAYAN
from helpdesk.demo.story import Story, does, form, rated, recorded, sample, told, triaged, worked
from helpdesk.tickets.words import Channel

GENERAL_AFFAIRS, STATE_SECRETARIAT = "biro-umum", "setneg-ortala"
SITI = sample("pemohon")

AT_GENERAL_AFFAIRS = (
    form(
        GENERAL_AFFAIRS, SITI, "9d", "biro-umum.13/public-information", "Data pengadaan barang cetak",
        "Mohon salinan data pengadaan barang cetak tiga tahun terakhir untuk penelitian.",
        triaged("20m", "agen", "biro-umum.13/public-information", "bu-ppid"),
        does("2d", "penyelia", "extend", reason="Data tersebar di tiga unit dan sedang dikumpulkan"),
        attributes={"applicant": "person", "represented": "no"},
    ),
    form(
        GENERAL_AFFAIRS, WATI, "2d", "biro-umum.4/printing", "Cetak 400 eksemplar buku saku",
        "Mohon dicetak 400 eksemplar buku saku pelayanan, bahan siap cetak terlampir.",
        triaged("30m", "agen", "biro-umum.4/printing", "bu-bmn"), does("3h", "teknisi", "take"),
        attributes={"copies": 400},
    ),
    recorded(
        GENERAL_AFFAIRS, Channel.PHONE, ENDANG, "50m", "Ruang rapat untuk Kamis siang",
        "Penelepon: ruang rapat untuk 30 orang, Kamis pukul 13.00 sampai 16.00.",
        triaged("5m", "rina", "biro-umum.2/meeting-room", "bu-ortala"),
    ),
    recorded(
        GENERAL_AFFAIRS, Channel.WALK_IN, KADEK, "35m", "Berobat ke poli umum", "Batuk sejak tiga hari.",
        triaged("3m", "agen", "biro-umum.15/general-clinic", "bu-klinik"),
    ),
    form(
        GENERAL_AFFAIRS, TEGUH, "4d", "biro-umum.25/salary-shortfall", "Kekurangan gaji setelah kenaikan pangkat",
        "Kenaikan pangkat sudah direkam di HRIS, mohon kekurangan gaji dibayarkan.",
        triaged("1h", "agen", "biro-umum.25/salary-shortfall", "bu-keuangan"), does("5h", "teknisi", "take"),
    ),
    recorded(
        GENERAL_AFFAIRS, Channel.NOTA_DINAS, NURUL, "3d", "Izin perjalanan dinas ke Kuala Lumpur",
        "Nota dinas permohonan izin perjalanan dinas luar negeri untuk dua pegawai.",
        triaged("1h", "agen", "biro-umum.26/foreign-travel", "bu-arsip"),
        does("1d", "agen", "set", starts=True, reason="Disposisi Kepala Biro diterima"),
    ),
    recorded(
        GENERAL_AFFAIRS, Channel.NOTA_DINAS, ANDI, "6d", "Pendampingan penilaian WBK",
        "Nota dinas permintaan pembinaan unit yang diusulkan mengikuti penilaian.",
        triaged("2h", "agen", "biro-umum.31/integrity-zone", "bu-kepatuhan"),
    ),
    form(
        GENERAL_AFFAIRS, WAYAN, "1d", "biro-umum.45/performance-consultation", "Bertanya tentang manual IKU",
        "Mohon penjelasan pengisian manual IKU untuk kegiatan bersama dua unit.",
        triaged("20m", "agen", "biro-umum.45/performance-consultation", "bu-kinerja"),
        worked("1h", "teknisi", "3h", "Dijelaskan melalui rapat daring, contoh pengisian dikirim.", "manual iku"),
        told("3h20m"), rated("5h", 5, "Jelas dan cepat."),
    ),
    form(
        GENERAL_AFFAIRS, MAYA, "25m", "biro-umum.47/minutes", "Notulensi rapat pimpinan pekan lalu",
        "Mohon notulensi rapat pimpinan hari Kamis pekan lalu.",
        triaged("10m", "agen", "biro-umum.47/minutes", "bu-pimpinan"),
    ),
)  # fmt: skip

AT_STATE_SECRETARIAT = (
    form(
        STATE_SECRETARIAT, NURUL, "8d", "setneg.6/standards-and-sop", "Penyusunan SOP tiga unit",
        "Kami mengusulkan penyusunan SOP untuk tiga unit kerja.",
        triaged("1h", "agen", "setneg.6/standards-and-sop", "sn-ortala", units=3),
    ),
)  # fmt: skip

STORIES: tuple[Story, ...] = AT_GENERAL_AFFAIRS + AT_STATE_SECRETARIAT
