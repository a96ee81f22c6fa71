"""How a plan of stages is told: a sentence a stage, in both languages."""

from decimal import Decimal

from helpdesk.sla.clock import Facts, timeline
from helpdesk.sla.explain import explain
from helpdesk.sla.norms import AsAgreed, Fixed, Span, Stage, Stages, Target, Unit
from tests.rules.sla_samples import at, office

MONDAY = "2026-11-23"
STAGED = Target(
    Stages(
        (
            Stage("Rapat", Fixed(Span(Decimal(1), Unit.HOUR)), repeat=2, english="Meeting", step="4b2a"),
            Stage("Undangan", Fixed(Span(Decimal(3), Unit.DAY), Span(Decimal(1), Unit.DAY)), english="Invitation"),
            Stage("Tanda tangan", None),
            Stage("Rapat akhir", AsAgreed(), after=("Rapat",)),
        )
    )
)


def told(language="id"):
    known = Facts(at(f"{MONDAY} 08:00"), "api")
    line = timeline(known, 30, STAGED, office(), at(f"{MONDAY} 09:00"))
    return explain(line, known, STAGED, office(), language=language)


def test_every_stage_is_told_in_a_sentence_of_its_own():
    story = told()
    assert story[2:] == (
        "Dikerjakan bertahap; inilah rencananya bila setiap tahap tepat waktu:",
        "Tahap dengan hari, minggu atau bulan: hari libur ikut dihitung; hasil yang jatuh di luar jam kerja maju ke "
        "jam kerja berikutnya.",
        "4b2a. Rapat (2×): sampai Senin, 23 November 2026 pukul 10.00 WIB.",
        "Undangan: sampai Kamis, 26 November 2026 pukul 10.00 WIB, "
        "diharapkan selesai mulai Selasa, 24 November 2026 pukul 10.00 WIB.",
        "Tanda tangan: standar tidak menyebut waktu, jadi tidak memakan waktu dalam rencana.",
        "Rapat akhir: waktunya belum diketahui.",
        "Belum ada jatuh tempo.",
    )


def test_the_english_names_of_stages_are_told_in_english():
    story = told("en")
    assert story[4] == "4b2a. Meeting (2×): until Monday, 23 November 2026 at 10:00 WIB."
    assert story[6] == "Tanda tangan: the standard states no time, so it takes none in the plan."
