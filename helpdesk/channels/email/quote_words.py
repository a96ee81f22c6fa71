"""What mail programs write around a quoted message, by language. Indonesian first, then those the desks meet."""

import re

# How a line that introduces a quote begins.
STARTS = re.compile(
    r"(?:pada|tanggal|on|at|le|am|el|em|il|op|den|dnia|w dniu|в|на|في|vào|dne|στις|em qua)\b"
    r"|(?:ons|fre|man|tir|tor|lør|søn)\b"
    r"|在|于|เมื่อ|\d{1,2}[./ ]|\d{4}[-/年년]|\w{2,14},? \d{1,2}[. ]",
    re.I,
)
# The verb of such a line.
WROTE = re.compile(
    r"\b(?:menulis|berkata|wrote|writes|schrieb|geschreven|schreef|skrev|kirjoitti|napisał(?:\(a\)|a)?|пише"
    r"|написал[аи]?|написа|пишет"
    r"|escribió|escreveu|scrisse|ha scritto|yazdı|viết|napsal(?:\(a\)|a)?|írta)\b"
    r"|a écrit|sent the following|写道|寫道|<[^<>]*>\s*wrote|さん(?:は|が).{0,10}書きました"
    r"|님이 작성|เขียนว่า|كتب|تمت كتابة ما يلي بواسطة",
    re.I,
)
DATED = re.compile(r"\d")
ADDRESS = re.compile(r"<[^<>\s]+@[^<>\s]+>|\[mailto:|[\w.+-]{1,64}@[\w-]{1,63}\.")
# Google's short form: a date, a time zone, a name, perhaps an address; no verb at all.
BARE_DATE = re.compile(
    r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?: \d{1,2}:\d\d)?(?: (?:GMT|UTC)[+-]?\d\d:?\d\d)? [^\n]{2,120}", re.I
)

FROM, DATE, TO, SUBJECT, OTHER = "from", "date", "to", "subject", "other"
FIELDS = {
    FROM: "dari|pengirim|from|von|de|da|van|fra|från|od|от|kimden|发件人|寄件者|差出人|lähettäjä",
    DATE: (
        "(?:dikirim|terkirim)(?: pada)?|tanggal(?: (?:ter|di)?kirim)?|tarikh"
        "|sent|date|gesendet|datum|envoyé|envoye|enviado(?: el)?|enviada(?: em)?|fecha"
        "|data|inviato|verzonden"
        "|sendt|skickat|wysłano|dato|отправлено|дата|发送时间|日期|送信日時|kiedy|odesláno"
    ),
    TO: "kepada|ke|untuk|penerima|to|an|à|para|a|aan|til|till|do|кому|收件人|宛先|komu",
    SUBJECT: "perihal|subjek|subyek|judul|subject|betreff|objet|asunto|assunto|oggetto|onderwerp|emne|ämne|temat|тема"
    "|主题|主旨|件名|předmět",
    OTHER: "hal|perkara|cc|tembusan|kopie|copie|kopi|kopia|balas ke|reply-to|antwort an|répondre à|risposta|importance"
    "|priority|attachments|lampiran",
}
HEADER = re.compile(
    r"[\s>*_•-]*(?:"
    + ""
    r"|".join(f"(?P<{kind}>{words})" for kind, words in FIELDS.items())
    + r")\s?[*_]{0,2}\s?[:：][*_]{0,2}(?=\s|$|\S)",
    re.I,
)
_ORIGINAL = (
    r"[\s*_]*-{3,}\s*(?:pesan (?:asli|asal|awal|sebelumnya)|surat asli|mesej asal"
    r"|original message|original appointment|ursprüngliche nachricht"
    r"|message d'origine"
    r"|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht"
    r"|oprindelig meddelelse"
    r"|opprinnelig melding|ursprungligt meddelande|wiadomość oryginalna|исходное сообщение|原始邮件"
    r"|原始郵件|元のメッセージ"
    r"|reply message|in reply to|antwort|quoted message)\s*-{3,}[\s*_]*$"
)
# Yahoo on a phone leaves the line end behind the introduction out.
_RUN_ON = (
    r"\s{0,20}(?:pada|on|am|le|el|em|op)\b[^\n<]{8,200}<[^<>\s]{3,200}>\s?(?:menulis|wrote|schrieb|a écrit|escribió)"
    r"\s?:\s{2,20}\S"
)
ENDING = re.compile(f"{_ORIGINAL}|{_RUN_ON}", re.I)
"""A line behind which nothing is the writer's."""
FORWARDED = re.compile(
    r"[\s>*_]*(?:-{3,}\s*(?:pesan (?:yang )?(?:terusan|diteruskan)|forwarded message|forwarded by .{0,80}"
    r"|weitergeleitete nachricht"
    r"|message (?:transféré|transmis)|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht"
    r"|videresendt (?:melding|meddelelse|besked)|vidarebefordrat (?:meddelande|mejl)|wiadomość przekazana"
    r"|przekazana wiadomość"
    r"|пересылаемое сообщение|转发的邮件|轉寄郵件|转发邮件信息)\s*-{3,}"
    r"|(?:mulai pesan (?:yang )?diteruskan|awal pesan terusan|begin forwarded message"
    r"|anfang der weitergeleiteten nachricht"
    r"|début du (?:message|mail) transféré|inicio del mensaje reenviado|inizio messaggio inoltrato"
    r"|begin doorgestuurd bericht)\s*:?)[\s*_]*",
    re.I,
)
FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[[^\[\]]{0,60}\]\s*)?(?:fwd?|terusan|tr|wg|rv|enc|i|vs|vb|doorst|пересл"
    r"|转发|轉寄)\s*[:：]",
    re.I,
)
# Lines that phones and programs add below what a person wrote.
DEVICE = re.compile(
    r"[\s<(*_]*(?:(?:dikirim|terkirim) (?:dari|dengan|melalui|lewat)|dapatkan (?:outlook|aplikasi)|sent (?:from"
    r"|via|with|using|by)|get \[?outlook for"
    r"|from my (?:iphone|ipad|phone|mobile|android|samsung|galaxy|blackberry)|someone from mobile"
    r"|envoyé (?:depuis|de|avec)|télécharger outlook|von meinem .{1,40} gesendet|gesendet (?:von|mit|aus)"
    r"|diese nachricht wurde von"
    r"|holen sie sich outlook|enviado (?:desde|do|de|a partir|con)|obtener outlook|obter o outlook"
    r"|inviato (?:da|dal)|ottieni outlook"
    r"|verzonden (?:vanaf|met|via)|outlook voor|sendt fra|skickat från|hämta outlook|wysłane? (?:z|przez)"
    r"|отправлено (?:с|из)"
    r"|從我的|发自我的|寄自|iphone(?:から|から送信)|von samsung)",
    re.I,
)
EXCUSE = re.compile(r"(?:please )?(?:excuse|forgive|pardon)|mohon maaf", re.I)
SIGNATURE = re.compile(r"\s{0,3}(?:--|—|–|__)\s{0,3}")
LIST_FOOTER = re.compile(r"_{20,}\s*$")
