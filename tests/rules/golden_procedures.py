"""The three procedures of the State Secretariat, typed in by hand from their texts, for the golden tables."""

from tests.rules.oracle_norms import ByNumber, ByValue, Calendar, Staged, Step, Working

ONE_DAY, TWO_DAYS, THREE_DAYS, FIVE_DAYS = (Calendar(days=n) for n in (1, 2, 3, 5))
ONE_WEEK, TWO_WEEKS, THREE_WEEKS = (Calendar(days=7 * n) for n in (1, 2, 3))
HALF_AN_HOUR, TWO_HOURS, TWO_AND_A_HALF, THREE_HOURS = (Working(minutes) for minutes in (30, 120, 150, 180))

# In town one day; out of town three days for each work meeting
PREPARING = ByValue(
    "town",
    {
        "in-town": ONE_DAY,
        "out-of-town": ByNumber("meetings", ((1, THREE_DAYS),), further=lambda meetings: Calendar(days=3 * meetings)),
    },
)

STANDARDS_AND_SOP = Staged(
    (
        Step("Arahan kepada Kepala Bagian Tata Laksana", HALF_AN_HOUR),
        Step("Penugasan kepada Kepala Subbagian", HALF_AN_HOUR),
        Step("Penyusunan rencana kerja", ONE_DAY),
        Step("Pembentukan Tim Penyusun", TWO_WEEKS),
        Step("Memorandum permintaan penyusunan", ONE_DAY),
        Step("Penyusunan draf oleh unit kerja", TWO_WEEKS),
        Step("Pemeriksaan draf", TWO_HOURS, each="drafts"),
        Step("Persiapan administrasi pembahasan", PREPARING),
        Step("Pembahasan di dalam kantor", TWO_AND_A_HALF, times=2, each="units"),
        Step("Rapat kerja di luar kantor", THREE_DAYS, times=2, each="organisations"),
        Step("Finalisasi", THREE_DAYS, each="organisations"),
        Step("Permintaan penandatanganan", ONE_DAY),
        Step("Penandatanganan oleh pimpinan unit", THREE_DAYS),
        Step("Draf final Rancangan Permensesneg", THREE_WEEKS),
        Step("Harmonisasi", ONE_WEEK),
        Step("Penandatanganan oleh Menteri"),
        Step("Penomoran dan pengagendaan"),
        Step("Salinan dan berkas PDF", TWO_DAYS),
        Step("Permohonan pencetakan", THREE_HOURS),
        Step("Pencetakan oleh Biro Umum"),
        Step("Distribusi buku", TWO_DAYS),
        Step("Permohonan unggah ke situs", THREE_HOURS),
    )
)

DIRECTION = "Arahan dan penugasan berjenjang"
COMMITTEE, SPEAKERS = "Pembentukan panitia", "Permohonan narasumber"
DISSEMINATION = Staged(
    (
        Step(DIRECTION, ONE_DAY),
        Step(COMMITTEE, TWO_DAYS),
        Step(SPEAKERS, TWO_DAYS, after=(DIRECTION,)),
        Step("Bahan dan konsep undangan serta memorandum", FIVE_DAYS, after=(COMMITTEE, SPEAKERS)),
        Step("Pemeriksaan dan penandatanganan", TWO_DAYS),
        Step("Distribusi undangan dan memorandum", ONE_DAY),
        # elsewhere in town or out of town: one day more
        Step("Kesiapan tempat dan daftar hadir", ByValue("venue", {"office": ONE_DAY, "town": TWO_DAYS})),
        Step("Pelaksanaan sosialisasi", THREE_HOURS),
        Step("Laporan sosialisasi", THREE_DAYS),
    )
)

MINISTER = "Penandatanganan oleh Menteri"
PERFORMANCE_REPORT = Staged(
    (
        Step(DIRECTION, HALF_AN_HOUR),
        Step("Pembentukan Tim", ONE_WEEK),
        Step("Memorandum pengumpulan data kinerja", ONE_DAY),
        Step("Satuan kerja menyampaikan data kinerja", ONE_WEEK),
        Step("Pengecekan kelengkapan dan keakuratan", ONE_WEEK),
        Step("Draf awal LKj", TWO_WEEKS),
        Step("Persiapan administrasi pembahasan di dalam kota", THREE_DAYS),
        Step("Pembahasan di dalam kantor", TWO_AND_A_HALF, times=5),
        Step("Rapat kerja di luar kantor", THREE_DAYS, times=3),
        Step("Finalisasi", THREE_DAYS),
        Step("Pengajuan reviu Inspektorat", TWO_DAYS),
        Step("Reviu oleh Inspektur"),
        Step("Pengajuan kepada Menteri", TWO_DAYS),
        Step(MINISTER),
        Step("Penggandaan dan penyampaian", ONE_DAY, after=(MINISTER,)),
        Step("Permohonan pencetakan", THREE_HOURS, after=(MINISTER,)),
        Step("Permohonan unggah", THREE_HOURS, after=(MINISTER,)),
        Step("Pencetakan oleh Biro Umum", after=("Permohonan pencetakan",)),
        Step("Distribusi LKj", ONE_DAY),
    )
)
