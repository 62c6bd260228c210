"""Words before a number that say what it is, or that it is nobody's."""

import re

from backend.precheck.personal.windows import BEFORE, Window


def _words(*words: str) -> re.Pattern[str]:
    spaced = "|".join(sorted((w for w in words if w[0].isascii()), key=len, reverse=True))
    joined = "|".join(w for w in words if not w[0].isascii())
    return re.compile(rf"(?<![a-z])(?:{spaced})|{joined}")


PHONE = _words(
    *("tel", "phone", "mobile", "cell", "call", "fon", "whatsapp", "signal", "telegram", "text me", "texting", "sms", "ring", "reach", "dial", "contact"),
    *("handy", "ruf", "telefon", "m[o\u00f3]vil", "tel[e\u00e9]fono", "celular", "ll[a\u00e1]m", "portable", "t[e\u00e9]l", "appel", "joign"),
    *("cellulare", "telefono", "chiam", "numero", "num[e\u00e9]ro", "n[u\u00fa]mero", "telem[o\u00f3]vel", "telefone", "liga", "zap"),
    *("telefoon", "mobiel", "bel ", "bellen", "nummer", "number", "kom[o\u00f3]rk", "dzwo", "zadzwo", "numer"),
    *("\u0442\u0435\u043b", "\u043c\u043e\u0431", "\u043d\u043e\u043c\u0435\u0440", "\u0437\u0432\u043e\u043d", "\u043f\u043e\u0437\u0432\u043e\u043d", "\u0432\u0430\u0446\u0430\u043f", "\u0432\u043e\u0442\u0441\u0430\u043f"),
    *("\u7535\u8bdd", "\u96fb\u8a71", "\u624b\u673a", "\u624b\u6a5f", "\u53f7\u7801", "\u8054\u7cfb", "\u5fae\u4fe1", "\u643a\u5e2f", "\u9023\u7d61", "\u8054\u7cfb", "\u756a\u53f7"),
    *("\uc804\ud654", "\ud734\ub300", "\ud578\ub4dc\ud3f0", "\uc5f0\ub77d", "\ubc88\ud638"),
    *("\u0647\u0627\u062a\u0641", "\u062c\u0648\u0627\u0644", "\u0631\u0642\u0645", "\u0645\u0648\u0628\u0627\u064a\u0644", "\u0627\u062a\u0635\u0644", "\u0627\u0644\u062c\u0648\u0627\u0644", "\u0648\u0627\u062a\u0633"),
    *("\u092b\u093c\u094b\u0928", "\u092b\u094b\u0928", "\u092e\u094b\u092c\u093e\u0907\u0932", "\u0928\u0902\u092c\u0930", "\u0928\u092e\u094d\u092c\u0930", "\u0915\u0949\u0932"),
    *("cep ", "ara", "gsm", "numara", "\u0456\u043d"),
)
"""Of phones, in fifteen languages."""

IDENTITY = _words(
    *("ssn", "social", "national", "nino", "nhs", "passport", "id", "tax", "tin", "dni", "nif", "nie", "nss", "curp", "rfc", "rut", "cuit", "cpf", "cc", "cart[a\u00e3]o"),
    *("codice", "fiscal", "bsn", "burgerservice", "pesel", "dow[o\u00f3]d", "steuer", "sozialversicherung", "versicherungsnummer", "ausweis", "svnr"),
    *("s[e\u00e9]cu", "nir", "identi", "identity", "c[e\u00e9]dula", "documento", "contribuinte", "aadhaar", "aadhar", "pan", "uid", "kimlik", "t\\.?c\\.?", "tckn"),
    *("\u0438\u043d\u043d", "\u0441\u043d\u0438\u043b\u0441", "\u043f\u0430\u0441\u043f\u043e\u0440\u0442", "\u8eab\u4efd", "\u8b49\u4ef6", "\u8bc1\u4ef6", "\u30de\u30a4\u30ca\u30f3\u30d0\u30fc", "\u500b\u4eba\u756a\u53f7"),
    *("\uc8fc\ubbfc", "\ub4f1\ub85d\ubc88\ud638", "\u0647\u0648\u064a\u0629", "\u0627\u0644\u0642\u0648\u0645\u064a", "\u0627\u0644\u0648\u0637\u0646\u064a", "\u0906\u0927\u093e\u0930", "\u092a\u0948\u0928", "egn", "\u0435\u0433\u043d", "amka", "tfn", "sin", "ird", "nik", "ktp"),
)
"""Of what states number people by."""

PASSPORT = _words(
    *("passport", "reisepass", "pasaporte", "passeport", "passaporto", "passaporte", "paspoort", "paszport", "pasaport"),
    *("\u043f\u0430\u0441\u043f\u043e\u0440\u0442", "\u62a4\u7167", "\u8b77\u7167", "\u30d1\u30b9\u30dd\u30fc\u30c8", "\uc5ec\uad8c", "\u062c\u0648\u0627\u0632", "\u092a\u093e\u0938\u092a\u094b\u0930\u094d\u091f"),
    *("personalausweis", "ausweisnummer", "ausweisnr", "dow[o\u00f3]d osobisty", "dowodu", "id card", "identity card"),
)
"""Of passports and identity cards."""

NOBODY = _words(
    *("order", "invoice", "ticket", "ref", "tracking", "track", "isbn", "issn", "ean", "upc", "gtin", "sku", "imei", "version", "serial", "article", "item"),
    *("transaction", "txn", "batch", "build", "port", "pid", "timestamp", "unix", "epoch", "lat", "lon", "commit", "sha", "hash", "md5", "error", "code", "case", "patent", "doi", "pmid", "part no", "model", "row"),
    *("bestell", "rechnung", "auftrag", "sendung", "artikel", "vorgang", "aktenzeichen", "pedido", "factura", "commande", "facture", "colis", "ordine", "fattura", "encomenda", "fatura"),
    *("bestelling", "factuur", "zam[o\u00f3]wieni", "faktur", "paczk", "sipari\u015f", "takip", "kargo", "\u0437\u0430\u043a\u0430\u0437", "\u0441\u0447[\u0435\u0451]\u0442", "\u0442\u0440\u0435\u043a", "\u0430\u0440\u0442\u0438\u043a\u0443\u043b"),
    *("\u8ba2\u5355", "\u8a02\u55ae", "\u5355\u53f7", "\u7f16\u53f7", "\u5feb\u9012", "\u6ce8\u6587", "\u4f1d\u7968", "\u8acb\u6c42\u66f8", "\u8ffd\u8de1", "\uc8fc\ubb38", "\uc1a1\uc7a5", "\uc6b4\uc1a1\uc7a5", "\u0637\u0644\u0628", "\u0641\u0627\u062a\u0648\u0631\u0629", "\u0634\u062d\u0646\u0629", "\u0911\u0930\u094d\u0921\u0930", "\u091a\u093e\u0932\u093e\u0928"),
    "0x",
    "\\$",
    "\u20ac",
    "#",
)
"""Of orders, parcels, books, versions, moments and the like."""


def before(window: Window, start: int, cue: re.Pattern[str]) -> int:
    """How near the nearest cue ends before `start`: 0 when right before, -1 when there is none in its line."""
    line = window.low.rfind("\n", max(0, start - BEFORE), start) + 1
    last = -1
    for found in cue.finditer(window.low, max(line, start - BEFORE, 0), start):
        last = found.end()
    return start - last if last >= 0 else -1


def spoken_of(window: Window, start: int, cue: re.Pattern[str]) -> bool:
    """Whether the number at `start` is what a cue speaks of: none that says otherwise stands nearer."""
    near = before(window, start, cue)
    if near < 0:
        return False
    other = before(window, start, NOBODY)
    return other < 0 or near < other
