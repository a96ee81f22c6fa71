"""What changed between two catalogues is told in words, in both languages."""

import pytest

from helpdesk.catalog.catalog_facts import changes
from helpdesk.catalog.comparison import Kind
from helpdesk.catalog.load import load_text
from helpdesk.catalog.model import Text
from tests.rules.catalog_samples import GOOD

NORM = "norm: 4 working hours"
TABLE = """norm:
          by_attribute:
            - {when: {size: small}, norm: 1 working day}
            - {when: {size: big}, norm: 3 working days}"""
QUANTITY = "norm: {by_quantity: devices, steps: {4: 1 working day, 8: 2 working days}, beyond: as agreed}"
CHANNELS = "norm: {by_channel: {nota-dinas: 3 working days}, otherwise: 120 minutes}"
STAGES = "norm: {stages: {Draf: {norm: 1 week}, Reviu: {performed_by: Inspektur}}}"
BASE = {"": GOOD, **{norm: GOOD.replace(NORM, norm) for norm in (TABLE, QUANTITY, CHANNELS, STAGES)}}
LEAD = f"lead_time: 5 working days\n        event_date: required\n        {NORM}"
ITEM = "      itsm.9/install:"
ITEMS = GOOD[GOOD.index(ITEM) : GOOD.index("desks:")]


def told(old: str, new: str) -> list[tuple[str, str]]:
    return [(c.sentence.id, c.sentence.en) for c in changes(load_text(old), load_text(new))]


# the norm that the sample has, what stands in it, what stands there afterwards, the sentences
CASES = {
    "norm": (
        "",
        NORM,
        "norm: 6 working hours",
        "tenggat: 4 jam kerja menjadi 6 jam kerja",
        "deadline: 4 working hours becomes 6 working hours",
    ),
    "norm of another kind": (
        "",
        NORM,
        "norm: about 1 to 5 working days",
        "tenggat: 4 jam kerja menjadi kurang lebih 1 hari kerja sampai 5 hari kerja",
        "deadline: 4 working hours becomes about 1 working day to 5 working days",
    ),
    "norm by quantity": (
        QUANTITY,
        "8: 2 working days",
        "8: 3 working days",
        "tenggat: aturan Perangkat sampai 8: waktu: 2 hari kerja menjadi 3 hari kerja",
        "deadline: rule Devices up to 8: time: 2 working days becomes 3 working days",
    ),
    "beyond the last step": (
        QUANTITY,
        "beyond: as agreed",
        "beyond: {each: 5, add: 2 working days}",
        "tenggat: aturan selebihnya: lebih dari 8: menurut kesepakatan menjadi "
        "setiap 5 berikutnya: tambah 2 hari kerja",
        "deadline: rule beyond: more than 8: as agreed becomes each further 5: 2 working days more",
    ),
    "norm by channel": (
        CHANNELS,
        "120 minutes",
        "90 minutes",
        "tenggat: aturan selain itu: waktu: 120 menit kerja menjadi 90 menit kerja",
        "deadline: rule otherwise: time: 120 working minutes becomes 90 working minutes",
    ),
    "norm by attribute": (
        TABLE,
        "{size: big}, norm: 3 working days",
        "{size: big}, norm: as agreed",
        "tenggat: aturan bila Ukuran = B: waktu: 3 hari kerja menjadi menurut kesepakatan",
        "deadline: rule if Size = L: time: 3 working days becomes as agreed",
    ),
    "a stage": (
        STAGES,
        "norm: 1 week",
        "norm: 2 weeks, repeat: 2 per devices",
        "tenggat: tahap “Draf”: waktu: 1 minggu menjadi 2 minggu, 2 kali untuk setiap Perangkat",
        "deadline: stage “Draf”: time: 1 week becomes 2 weeks, 2 times for each Devices",
    ),
    "a new stage": (
        STAGES,
        "{performed_by: Inspektur}",
        "{performed_by: Inspektur}, Cetak: {norm: 1 day, after: start}",
        "tenggat: tahap baru: “Cetak” (1 hari kalender)",
        "deadline: new stage: “Cetak” (1 calendar day)",
    ),
    "response": (
        "",
        "{types: [service request],",
        "{types: [service request], response_minutes: 30,",
        "batas waktu jawaban surel baru: 30 menit kerja",
        "new time to answer a mail: 30 working minutes",
    ),
    "wording": (
        "",
        "wording: {id: 4 jam kerja,",
        "wording: {id: empat jam kerja,",
        "bunyi standar: “4 jam kerja” menjadi “empat jam kerja”",
        "wording of the standard: changed in Indonesian only",
    ),
    "start": (
        "",
        NORM,
        f"start: documents\n        {NORM}",
        "awal waktu: saat diterima menjadi saat dokumen dinyatakan lengkap",
        "start of the clock: on receipt becomes when the documents are declared complete",
    ),
    "counting of days": (
        "",
        NORM,
        f"day_count: end_of_day\n        {NORM}",
        "cara menghitung hari kerja: satu hari kerja penuh sejak jam penerimaan (Jumat 16.30 + 1 = Senin 16.30) "
        "menjadi sampai akhir hari kerja, hari penerimaan tidak dihitung",
        "counting of working days: whole working days from the hour of receipt (Friday 16:30 + 1 = Monday 16:30) "
        "becomes to the close of a working day, without the day of receipt",
    ),
    "hold": (
        "",
        NORM,
        f"holds_stop: {{documents: always, requester: always, vendor: {{size: big}}}}\n        {NORM}",
        "penundaan yang menghentikan waktu baru: menunggu pihak ketiga, bila Ukuran = B",
        "new hold that stops the clock: waiting for a third party, if Size = L",
    ),
    "extension": (
        "",
        NORM,
        f"extension: 7 working days\n        {NORM}",
        "perpanjangan baru: paling lama 7 hari kerja, satu kali",
        "new extension: at most 7 working days, once",
    ),
    "requester's deadline": (
        "",
        NORM,
        f"requester_deadline: {{lapse_after: 3 working days, remind_before: 1 working day}}\n        {NORM}",
        "tenggat pemohon melengkapi dokumen baru: 3 hari kerja, diingatkan 1 hari kerja sebelumnya",
        "new requester's deadline for documents: 3 working days, with a reminder 1 working day before",
    ),
    "lead time": (
        "",
        NORM,
        LEAD,
        "waktu pengajuan baru: 5 hari kerja sebelum kegiatan",
        "new lead time: 5 working days before the event",
    ),
    "document": (
        "",
        "{letter: }",
        '{letter: , list: {name: {id: Daftar, en: List}, when: {devices: ">4"}}}',
        "dokumen baru: Daftar (Perangkat >4)",
        "new document: List (Devices >4)",
    ),
    "question": (
        "",
        "{devices: , size: }",
        "{devices: , size: , doable: {name: {id: Bisa, en: Doable}, kind: choice, required: true, "
        "choices: {y: {id: Ya, en: 'Yes'}, n: {id: Tidak, en: 'No'}}}}",
        "pertanyaan baru: Bisa (pilihan: Ya atau Tidak; wajib)",
        "new question: Doable (choice: Yes or No; required)",
    ),
    "questions in another order": (
        "",
        "{devices: , size: }",
        "{size: , devices: }",
        "urutan pertanyaan: Perangkat dan Ukuran menjadi Ukuran dan Perangkat",
        "order of question: Devices and Size becomes Size and Devices",
    ),
    "choice": (
        "",
        "big: {id: B, en: L}",
        "big: {id: B, en: L}, huge: {id: Raksasa, en: Huge}",
        "pertanyaan Ukuran: pilihan baru: “Raksasa”",
        "question Size: new choice: “Huge”",
    ),
    "minimum": (
        "",
        "minimum: 1",
        "minimum: 5",
        "pertanyaan Perangkat: batas terendah: 1 menjadi 5",
        "question Devices: minimum: 1 becomes 5",
    ),
    "keywords": (
        "",
        NORM,
        f"keywords: [instal, pasang, setup]\n        {NORM}",
        "kata kunci baru: instal, pasang dan setup",
        "new keyword: instal, pasang and setup",
    ),
    "group": ("", "group: rft\n", "group: layer-1\n", "kelompok: Tim menjadi Meja", "group: Team becomes Desk"),
    "reopen days": (
        "",
        NORM,
        f"reopen_days: 14\n        {NORM}",
        "masa buka kembali: 7 hari menjadi 14 hari",
        "reopen window: 7 days becomes 14 days",
    ),
    "hours": (
        "",
        "mon-fri: [08.00-12.00, 13.00-17.00]",
        "mon-thu: [08.00-12.00, 13.00-17.00], sat: [20.00-24.00]",
        "jam kerja: Senin–Jumat 08.00–12.00 dan 13.00–17.00 menjadi "
        "Senin–Kamis 08.00–12.00 dan 13.00–17.00; Sabtu 20.00–24.00",
        "hours: Monday–Friday 08:00–12:00 and 13:00–17:00 becomes "
        "Monday–Thursday 08:00–12:00 and 13:00–17:00; Saturday 20:00–24:00",
    ),
    "closed day": (
        "",
        "    week: ",
        "    closed: {2026-12-31: {id: Tutup buku, en: Year-end closing}}\n    week: ",
        "hari tutup baru: 31 Desember 2026 (Tutup buku)",
        "new closed day: 31 December 2026 (Year-end closing)",
    ),
    "dated hours": (
        "",
        "    week: ",
        "    dated: [{first: 2027-02-08, last: 2027-03-09, name: {id: Ramadan, en: Ramadan}, "
        "week: {fri: [08.00-11.30]}}]\n    week: ",
        "jam kerja sementara baru: Ramadan, 8 Februari 2027 sampai 9 Maret 2027: Jumat 08.00–11.30",
        "new dated hours: Ramadan, 8 February 2027 to 9 March 2027: Friday 08:00–11:30",
    ),
    "address of a desk": (
        "",
        "medan@example.go.id",
        "meja@example.go.id",
        "alamat surel: medan@example.go.id menjadi meja@example.go.id",
        "mail address: medan@example.go.id becomes meja@example.go.id",
    ),
    "zone of a desk": (
        "",
        "Asia/Jakarta",
        "Asia/Makassar",
        "zona waktu: Asia/Jakarta menjadi Asia/Makassar",
        "time zone: Asia/Jakarta becomes Asia/Makassar",
    ),
    "version": ("", 'version: "1"', 'version: "2"', "versi: 1 menjadi 2", "version: 1 becomes 2"),
    "date of validity": (
        "",
        "2026-01-01",
        "2027-01-01",
        "tanggal berlaku: 1 Januari 2026 menjadi 1 Januari 2027",
        "date of validity: 1 January 2026 becomes 1 January 2027",
    ),
    "legal basis": (
        "",
        "Standar\n",
        "Standar 2027\n",
        "dasar hukum: Standar menjadi Standar 2027",
        "legal basis: Standar becomes Standar 2027",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_told_in_a_sentence_in_both_languages(case):
    norm, before, after, indonesian, english = CASES[case]
    base = BASE[norm]
    assert base.count(before) >= 1
    sentences = told(base, base.replace(before, after, 1))
    assert indonesian in [said for said, _ in sentences]
    assert english in [said for _, said in sentences]


def test_what_comes_is_told_as_new_and_what_goes_as_removed():
    second = ITEMS.replace(ITEM, "      itsm.9/supply:").replace(
        "id: Instalasi, en: Installation", "id: Lisensi, en: Licence"
    )
    more = GOOD.replace("desks:\n", second + "desks:\n")
    (came,) = changes(load_text(GOOD), load_text(more))
    (went,) = changes(load_text(more), load_text(GOOD))
    assert came.sentence == Text(
        "butir layanan baru: Lisensi, tenggat 4 jam kerja, di Medan",
        "new item: Licence, deadline 4 working hours, at Medan",
    )
    assert went.sentence.en == "item removed: Licence, deadline 4 working hours, at Medan"
    assert (came.kind, went.kind) == (Kind.ADDED, Kind.REMOVED)
    assert (came.about, came.id, came.what, came.before) == ("item", "itsm.9/supply", "", None)


def test_an_item_that_a_desk_no_longer_offers_is_told_at_the_desk():
    more = GOOD.replace("desks:\n", ITEMS.replace(ITEM, "      itsm.9/supply:") + "desks:\n")
    assert told(more, more.replace("items: all", "items: [itsm.9/install]")) == [
        ("butir layanan dihapus: Instalasi", "item removed: Installation")
    ]


def test_comments_layout_and_shared_parts_make_no_difference():
    written_out = GOOD.replace("{letter: }", "{letter: {name: {id: Surat, en: Letter}}}").replace(
        "services:", "# x\nservices:"
    )
    assert told(GOOD, written_out) == []


def test_what_only_has_another_id_is_said_to_have_one():
    new = GOOD.replace(NORM, NORM.replace("4", "5")).replace("[layer-1, rft]", "[layer-1, tim]")
    new = new.replace("  rft: {", "  tim: {").replace("group: rft", "group: tim").replace(NORM.replace("4", "5"), NORM)
    assert ("kelompok: tetap Tim, dengan id yang lain", "group: still Team, with other ids") in told(GOOD, new)
