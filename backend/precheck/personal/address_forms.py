"""How postal addresses look in the countries of fifteen languages.

A street with its number is one, with a flat before or after it and a town with its postal code. A street without a
number, a town without a street and a house that everybody knows are none.
"""

import re

_CAP = r"[A-Z\u00c0-\u00de\u0100-\u017d][\w'\u2019.-]{0,30}"
_NO = r"(?:,? ?(?:n[.\u00ba\u00b0ro]{0,3}|no:?|num\.?|n\u00famero|numero|nr\.?) ?|,? )"
_NUMBER = r"\d{1,5}(?: ?(?:bis|ter|quater)\b| ?[A-Za-z](?![\w]))?(?:[/-]\d{1,4}[A-Za-z]?)?"
_US_STREET = (
    r"(?:[Ss]treet|[Ss]t\b\.?|[Aa]venue|[Aa]ve\b\.?|[Rr]oad|[Rr]d\b\.?|[Ll]ane|[Ll]n\b\.?|[Dd]rive|[Dd]r\b\.?|[Bb]oulevard|[Bb]lvd\b\.?|"
    r"[Cc]ourt|Ct\b\.?|[Pp]lace|Pl\b\.?|[Tt]errace|Ter\b\.?|[Ss]quare|Sq\b\.?|[Cc]rescent|[Gg]ardens|[Pp]arkway|Pkwy\b\.?|"
    r"[Hh]ighway|Hwy\b\.?|[Cc]ircle|Cir\b\.?|[Ww]ay|[Tt]rail|[Cc]lose|[Gg]rove|[Mm]ews|[Hh]ill|[Rr]ow|[Ww]alk|[Bb]roadway|Marg|Nagar)\b"
)
_UK_CODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"
_EN_TAIL = (
    r"(?:,? (?:(?:[Aa]pt|[Uu]nit|[Ff]lat|[Ss]uite|[Ss]te|[Ff]loor|#)\.? ?#?\w{1,5}))?"
    rf"(?:,? [A-Z][\w.' -]{{1,40}}?)?(?:,? (?:[A-Z]{{2}},? )?(?:\d{{5}}(?:-\d{{4}})?|{_UK_CODE}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{{3}} ?\d{{3}}|\d{{4}})\b)?"
)
_EN_FLAT = r"(?:(?:[Ff]lat|[Aa]pt\.?|[Aa]partment|[Uu]nit|[Ss]uite|H\.? ?[Nn]o\.?|House [Nn]o\.?) ?\w{1,6},? )?"
_ZH_PLACE = r"[\u4e00-\u9fff]"
_ROMANCE = r"(?:,? (?:[A-Za-z\u00c0-\u017f0-9\u00ba\u00aa\u00b0.-]{1,14}[ ,]{1,2}){0,5}?\d{5}(?:-\d{3})?(?: [A-Z\u00c0-\u00de][\w'\u2019-]{1,25}){0,3})?"

NUMBER_FIRST = re.compile(
    rf"{_EN_FLAT}(?<![\d.,$\u20ac\u00a3/:-])\b\d{{1,5}}[A-Za-z]?(?:[/-]\d{{1,4}})?,? (?:[NSEW]\.? |North |South |East |West )?"
    rf"(?:(?:\d{{1,3}}(?:st|nd|rd|th)|{_CAP}) ){{1,4}}?{_US_STREET}{_EN_TAIL}"
)
NUMBER_FIRST_LOWER = re.compile(
    r"(?<![\d.,$/:-])\b\d{1,5} (?:[nsew] )?[a-z]{3,14} (?:[a-z]{3,14} )?(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|blvd|boulevard|court|ct)\b\.?"
    r"(?:,? (?:apt|unit|flat|#)\.? ?#?\w{1,5}|,? [a-z .]{2,25},? (?:[a-z]{2} )?(?:\d{5}|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})\b|, [a-z]{3,20}\b)"
)
BOX = re.compile(
    r"\bP\.? ?O\.? ?[Bb](?:ox|OX) \d{1,6}" + _EN_TAIL
)
GERMAN = re.compile(
    r"\b(?:[A-Z\u00c4\u00d6\u00dc][\w\u00df-]{2,30}(?:stra\u00dfe|strasse|str\.|weg|platz|allee|gasse|damm|ufer|steig|ring|hof|graben|berg|feld)"
    r"|(?:[A-Z\u00c4\u00d6\u00dc][\w\u00df.-]{1,30} ){1,3}(?:Stra\u00dfe|Strasse|Str\.|Weg|Platz|Allee|Gasse|Damm|Ufer|Ring)"
    r"|(?:Am|Im|An der|An den|In der|Zum|Zur|Auf dem|Auf der|Unter den|Unter der|Hinter der) [A-Z\u00c4\u00d6\u00dc][\w\u00df-]{2,30})"
    r" \d{1,4} ?[a-zA-Z]?\b(?:[-/]\d{1,3})?(?:,? (?:Wohnung|Whg\.?|T\u00fcr|Top|Stiege) ?\d{1,4})?"
    r"(?:[,;]? (?:in )?(?:[DAC][H]?-)?\d{4,5} [A-Z\u00c4\u00d6\u00dc][\w\u00df-]{2,25}(?: (?:am|an der|im|bei) [A-Z]\w+)?|,? (?:in )?[A-Z\u00c4\u00d6\u00dc][\w\u00df-]{3,25}(?=[.,;\n]|$))?"
)
GERMAN_LOWER = re.compile(
    r"\b[a-z\u00e4\u00f6\u00fc\u00df-]{3,25}(?:stra\u00dfe|strasse|str\.?|gasse|allee) \d{1,4} ?[a-z]?\b(?:,? (?:in )?\d{5} [a-z\u00e4\u00f6\u00fc\u00df-]{3,25})?"
)
SPANISH = re.compile(
    r"\b(?:[Cc]alle|C/|[Aa]venida|[Aa]vda\.?|[Aa]v\.|[Pp]laza|[Pp]za\.?|[Pp]aseo|P\u00ba|[Cc]arrera|[Cc]ra\.?|[Cc]l\.|[Cc]amino|[Rr]onda|[Cc]arretera|[Tt]raves\u00eda|[Dd]iagonal|[Bb]oulevard) ?"
    r"(?:\d{1,3}[A-Z]? ?(?:#|[Nn]o\.?|N\u00b0) ?\d{1,3}[A-Z]? ?[-\u2013] ?\d{1,3}"
    rf"|(?:de |del |la |las |los |el |e |y |San |Santa )*[A-Z\u00c0-\u00de]\w{{1,25}}\.?(?: (?:de |del |la |las |los |el |y )*[A-Z\u00c0-\u00de]?\w{{2,25}}){{0,4}}{_NO}{_NUMBER})"
    r"(?:,? ?(?:\d{1,2}[\u00ba\u00b0]?|piso \d+|bajo|\u00e1tico|puerta|dcha\.?|izq\.?|int\.? ?\d+|depto\.? ?\w+|apto\.? ?\w+|esc\.?)[ ,]?(?:[A-F]|\d{1,2}\u00aa?)?\b){0,3}" + _ROMANCE
)
FRENCH = re.compile(
    r"(?:\b(?:appt?\.?|[Aa]ppartement|b\u00e2t\.?|[Bb]\u00e2timent) ?\w{1,4},? )?(?<![\d.,/-])\b\d{1,4}(?: ?(?:bis|ter|quater|[a-dA-D])\b)?,? ?"
    r"(?:[Rr]ue|[Aa]venue|[Aa]v\.?|[Bb]oulevard|[Bb]d\.?|[Pp]lace|[Pp]l\.|[Cc]hemin|[Aa]ll\u00e9es?|[Ii]mpasse|[Qq]uai|[Cc]ours|[Rr]oute|[Ss]quare|[Ff]aubourg|[Pp]assage|[Rr]uelle)"
    r"(?: (?:de|du|des|la|le|les|l'|d'|l\u2019|d\u2019|\u00e0|aux?|et|en|sur|Saint|Sainte|St)\b'?\u2019?)*(?: ?[A-Z\u00c0-\u00dea-z\u00e0-\u00ff][\w'\u2019-]{1,25}){1,4}?(?=[,.;\n]|$| \d{5}| \u00e0 )"
    r"(?:,? ?(?:appt?\.?|[Aa]ppartement|[Bb]\u00e2t\.?|\d{1,2}[e\u00e8](?:me)? \u00e9tage) ?\w{0,4})?(?:(?:,| \u00e0)? ?\d{5} [A-Z\u00c0-\u00dea-z][\w'\u2019-]{1,30}|(?:,| \u00e0) [A-Z\u00c0-\u00de][\w'\u2019-]{2,25}(?: \d{5})?)?"
)
ITALIAN = re.compile(
    r"\b(?:[Vv]ia|[Vv]iale|V\.le|[Pp]iazza|P\.zza|[Pp]iazzale|[Cc]orso|C\.so|[Ll]argo|[Vv]icolo|[Ss]trada|[Cc]ontrada|[Ll]ocalit\u00e0|[Ll]ungo\w+)"
    r"(?: (?:di|del|della|delle|dei|degli|dell'|dello|san|santa|XX|IV|al|alla))*(?: ?[A-Z\u00c0-\u00de][\w'\u2019.-]{1,25}| (?:e|da|di|del|della|dei) | [a-z\u00e0-\u00ff]{4,15}){1,5}?"
    rf"{_NO}\d{{1,4}}(?:[/ ]?[A-Za-z]\b)?(?:,? (?:int\.?|interno|scala|piano) ?\w{{1,3}})*(?:,? (?:a )?\d{{5}} [A-Z][\w' -]{{2,25}}(?: \([A-Z]{{2}}\))?|,? (?:a )?[A-Z][a-z]{{3,20}}(?=[.,;\n]|$))?"
)
PORTUGUESE = re.compile(
    r"\b(?:[Rr]ua|R\.|[Aa]venida|[Aa]v\.|[Tt]ravessa|Tv\.|[Pp]ra\u00e7a|P\u00e7a\.?|[Ll]argo|[Aa]lameda|Al\.|[Ee]strada|[Rr]odovia|[Bb]eco)"
    r"(?: (?:de|da|do|das|dos|d'|e|S\u00e3o|Santa|Dr\.?|D\.))*(?: (?:[A-Z\u00c0-\u00de0-9][\w'\u2019.-]{0,25}|de|da|do|das|dos|e|[a-z\u00e0-\u00ff]{4,15})){1,6}?"
    rf"{_NO}\d{{1,5}}[A-Za-z]?\b(?:,? ?[-\u2013,]? ?(?:apto?\.?|ap\.?|bloco|casa|\d{{1,2}}\u00ba(?: (?:[Dd]to\.?|[Ee]sq\.?|[A-F]))?) ?\w{{0,5}}){{0,2}}"
    r"(?:[ ,\u2013-]{1,3}(?:[A-Z\u00c0-\u00de][\w' \u00c0-\u017f]{2,25}[ ,\u2013/-]{1,3}){0,2}?(?:CEP:? ?)?(?:\d{5}-?\d{3}|\d{4}-\d{3})(?: [A-Z\u00c0-\u00de][\w'-]{2,25})?)?"
)
DUTCH = re.compile(
    r"\b(?:[A-Z][\w'-]{2,30}|(?:[A-Z][\w'-]{1,20} ){1,3}[a-z]{0,15}|[a-z]{3,20})(?:straat|laan|weg|plein|gracht|kade|dijk|singel|steeg|hof|pad|markt|dreef) \d{1,4}"
    r" ?(?:-?\d{0,3}|[a-zA-Z]|bis|hs|[IV]{1,3})\b(?: bus \d{1,4})?(?:(?:,| in)? ?\d{4} ?[A-Z]{2}(?: [A-Z][\w' -]{2,20})?|(?:,| in)? \d{4} [A-Z]\w{2,20}|(?:,| in) [A-Z]\w{2,20})?"
)
POLISH = re.compile(
    r"\b(?:[Uu]l\.|[Uu]lic[aye]|[Aa]l\.|[Aa]lej[aei]|[Oo]s\.|[Oo]siedl[eu]|[Pp]l\.|[Pp]lacu?) ?(?:(?:[A-Z\u0141\u015a\u017b\u0179\u0106\u00d3][\w.-]{1,25}|\d{1,2}(?:-go)?|[a-z\u0105-\u017c]{4,18}) ?){1,4}?"
    r"\d{1,4}[A-Za-z]?\b(?:/\d{1,4}|,? ?m\.? ?\d{1,4}| lok\. ?\d{1,4})?(?:,? (?:w )?\d\d-\d{3} [A-Z\u0141\u015a\u017b][\w-]{2,25}|,? (?:w )?[A-Z\u0141\u015a\u017b\u0141][\w\u00f3-]{3,20}(?=[.,;\n]|$))?"
)
POLISH_VILLAGE = re.compile(
    r"\b[A-Z\u0141\u015a\u017b][\w\u00f3\u0142\u0105\u0119-]{3,25}(?:iego|iej|skiego|ska|owa|na|ej|y) \d{1,4}[A-Za-z]?(?:/\d{1,4})?,? \d\d-\d{3} [A-Z\u0141\u015a\u017b][\w-]{2,25}"
)
RUSSIAN = re.compile(
    r"(?:(?:\u0433\.? ?|\u0433\u043e\u0440\u043e\u0434 )?[\u0410-\u042f\u0401][\u0430-\u044f\u0451-]{2,20},? )?"
    r"\b(?:(?:[\u0423\u0443]\u043b\.|[\u0423\u0443]\u043b\u0438\u0446[\u0430-\u044f]{1,2}|[\u041f\u043f]\u0440\.|[\u041f\u043f]\u0440-\u043a?\u0442|[\u041f\u043f]\u0440\u043e\u0441\u043f\u0435\u043a\u0442[\u0435\u0430]?|[\u041f\u043f]\u0435\u0440\.|\u043f\u0435\u0440\u0435\u0443\u043b\u043a?\u043e?\u043a?|[\u041d\u043d]\u0430\u0431\.|\u043d\u0430\u0431\u0435\u0440\u0435\u0436\u043d[\u0430-\u044f]{2}|[\u0428\u0448]\u043e\u0441\u0441\u0435|\u0431-\u0440|[\u0411\u0431]\u0443\u043b\u044c\u0432\u0430\u0440[\u0435\u0430]?|\u043f\u043b\.|\u043f\u043b\u043e\u0449\u0430\u0434[\u0430-\u044f]|\u043c\u043a\u0440\.?) ?(?:\d{1,2}-?[\u0430-\u044f]{1,2} )?[\u0410-\u042f\u0430-\u044f\u0401\u0451][\w.-]{1,25}(?: [\u0410-\u042f\u0430-\u044f][\w-]{2,20}){0,2}?"
    r"|[\u0410-\u042f\u0401][\u0430-\u044f\u0451-]{3,25}(?:\u0430\u044f|\u0438\u0439|\u044b\u0439|\u043e\u0439) (?:\u0443\u043b\.|\u0443\u043b\u0438\u0446\u0430|\u043f\u0440\.|\u043f\u0440\u043e\u0441\u043f\u0435\u043a\u0442|\u043f\u0435\u0440\.|\u043d\u0430\u0431\.|\u0431-\u0440|\u0448\.))"
    r",? ?(?:\u0434\.? ?|\u0434\u043e\u043c ?)?\d{1,4}[\u0430-\u044fA-Za-z]?(?:/\d{1,3})?(?:,? ?(?:\u043a|\u043a\u043e\u0440\u043f|\u0441\u0442\u0440)\.? ?\d{1,3})?(?:,? ?(?:\u043a\u0432|\u043a\u0432\u0430\u0440\u0442\u0438\u0440\u0430|\u043f\u043e\u0434\u044a\u0435\u0437\u0434|\u044d\u0442\u0430\u0436|\u043e\u0444)\.? ?\d{1,4}){0,3}(?:,? \d{6})?"
)
CHINESE = re.compile(
    rf"(?:{_ZH_PLACE}{{2,8}}?(?:\u7701|\u5e02|\u81ea\u6cbb\u533a)){{0,2}}(?:{_ZH_PLACE}{{1,8}}?(?:\u533a|\u5340|\u53bf|\u7e23|\u9547|\u4e61|\u9109|\u8857\u9053)){{0,3}}"
    rf"{_ZH_PLACE}{{1,10}}?(?:\u8def|\u8857|\u9053|\u5df7|\u5f04|\u80e1\u540c|\u6bb5|\u91cc|\u6751|\u82b1\u56ed|\u5c0f\u533a)(?:[\u4e1c\u5357\u897f\u5317\u4e2d]?\u6bb5)?(?:[\u4e00-\u5341\d]{{1,3}}\u6bb5)?(?:\d{{1,4}}\u5f04|\d{{1,4}}\u5df7)?"
    r" ?\d{1,5}(?:-\d{1,4})?(?:\u53f7|\u865f)[\u4e00-\u9fff\d -]{0,12}?(?:\d{1,4}(?:\u697c|\u5c42|\u5ba4|\u5355\u5143|\u680b|\u6a13|\u5e62)(?:\d{1,4}\u5ba4?)?|(?=[^\d]|$)){1,3}"
)
JAPANESE = re.compile(
    r"(?:\u3012? ?\d{3}-\d{4}[ \u3000]?)?(?:[\u4e00-\u9fff]{2,3}?[\u90fd\u9053\u5e9c\u770c])?(?:[\u4e00-\u9fff\u3040-\u30ff]{1,8}?[\u5e02\u533a\u90e1]){1,2}[\u4e00-\u9fff\u3040-\u30ff]{1,12}? ?"
    r"(?:\d{1,3}(?:\u4e01\u76ee|-)\d{1,4}(?:(?:\u756a\u5730?|-|\u306e)\d{1,4}\u53f7?)?|\d{1,4}\u756a\u5730?(?:\u306e?\d{1,3})?|\d{1,4}(?:-\d{1,4}){1,2})"
    r"(?:[ \u3000-]?[\u30a0-\u30ff\u4e00-\u9fffA-Za-z]{0,15}\d{2,4}(?:\u53f7\u5ba4?)?)?"
)
KOREAN = re.compile(
    r"(?:(?:[\uac00-\ud7a3]{2,7}(?:\ud2b9\ubcc4\uc2dc|\uad11\uc5ed\uc2dc|\uc2dc|\ub3c4)|\uc11c\uc6b8|\ubd80\uc0b0|\ub300\uad6c|\uc778\ucc9c|\uad11\uc8fc|\ub300\uc804|\uacbd\uae30) )?(?:[\uac00-\ud7a3]{1,6}(?:\uc2dc|\uad70|\uad6c) ){1,2}(?:[\uac00-\ud7a3]{1,6}(?:\uc74d|\uba74) )?"
    r"(?:[\uac00-\ud7a3\d]{1,12}(?:\ub85c|\uae38)(?: ?\d{1,4}\ubc88?\uae38)? ?\d{1,4}(?:-\d{1,4})?|[\uac00-\ud7a3\d]{1,8}(?:\ub3d9|\ub9ac|\uac00) \d{1,4}(?:-\d{1,4})?)(?:\ubc88\uc9c0)?"
    r"(?:,? (?:[\uac00-\ud7a3A-Za-z]{0,12} ?)?\d{1,4}\ub3d9 ?\d{1,4}\ud638|,? \d{1,4}(?:\ud638|\uce35))?"
)
ARABIC = re.compile(
    r"(?:\d{1,4}[\u0600-\u06ff]?[ \u060c,]{1,2})?(?:(?:\u0645\u0628\u0646\u0649|\u0639\u0645\u0627\u0631\u0629|\u0634\u0642\u0629|\u0641\u064a\u0644\u0627|\u0645\u0646\u0632\u0644|\u0628\u064a\u062a|\u0628\u0631\u062c)(?: \u0631\u0642\u0645)? ?\d{1,4}[ \u060c,]{1,2}){0,3}"
    r"(?:\u0634\u0627\u0631\u0639|\u0637\u0631\u064a\u0642|\u062d\u064a) [\u0600-\u06ff ]{2,40}?(?:[ \u060c,]{1,2}(?:\u0645\u0628\u0646\u0649|\u0639\u0645\u0627\u0631\u0629|\u0634\u0642\u0629|\u0641\u064a\u0644\u0627|\u0645\u0646\u0632\u0644|\u0628\u064a\u062a|\u0631\u0642\u0645|\u0627\u0644\u062f\u0648\u0631|\u0637\u0627\u0628\u0642)(?: \u0631\u0642\u0645)?)?[ \u060c,]{1,2}\d{1,5}(?:[ \u060c,]{1,2}(?:\u0634\u0642\u0629|\u0627\u0644\u062f\u0648\u0631|\u0637\u0627\u0628\u0642|\u062d\u064a)(?: \u0631\u0642\u0645)? ?[\u0600-\u06ff\d]{1,15}){0,3}(?:[ \u060c,]{1,2}[\u0600-\u06ff]{3,15}(?: \d{5})?)?"
    r"|\d{1,4}[ \u060c,]{1,2}(?:\u0634\u0627\u0631\u0639|\u0634) [\u0600-\u06ff]{2,15}(?: [\u0600-\u06ff]{2,15}){0,2}|\u0635\.? ?\u0628\.?:? ?\d{1,6}"
)
HINDI = re.compile(
    r"(?:(?:\u092e\u0915\u093e\u0928|\u092b\u094d\u0932\u0948\u091f|\u092b\u093c\u094d\u0932\u0948\u091f|\u0918\u0930|\u092a\u094d\u0932\u0949\u091f)(?: (?:\u0928\u0902\u092c\u0930|\u0928\u0902\.?|\u0938\u0902\u0916\u094d\u092f\u093e|\u0928\u092e\u094d\u092c\u0930))?\.? ?[A-Z]?-?\d{1,5}(?:/\d{1,4})?[A-Z]?[, ]{1,2}|\b[A-Z]?-?\d{1,4}(?:/\d{1,4})?[, ]{1,2})"
    r"(?:[\u0900-\u097f]{2,20}[ ,]{1,2}){0,5}?(?:[\u0900-\u097f]{0,15}\u0928\u0917\u0930|\u0930\u094b\u0921|\u092e\u093e\u0930\u094d\u0917|\u0917\u0932\u0940|\u0938\u0947\u0915\u094d\u091f\u0930|\u0915\u0949\u0932\u094b\u0928\u0940|\u0935\u093f\u0939\u093e\u0930|\u092e\u094b\u0939\u0932\u094d\u0932\u093e)(?:[ -]?\d{1,4})?"
    r"(?:[, ]{1,2}[\u0900-\u097f]{2,20}){0,3}?(?:[ ,-]{1,3}\d{3} ?\d{3}\b|(?=[.,\u0964\n]|$| ))"
)
TURKISH = re.compile(
    r"(?:\b(?:[A-Z\u00c7\u011e\u0130\u00d6\u015e\u00dc]?[\w\u00e7\u011f\u0131\u00f6\u015f\u00fc.]{2,20} ){1,3}?(?:[Mm]ah\b\.?|[Mm]ahallesi),? )?"
    r"\b(?:[\w\u00c7\u011e\u0130\u00d6\u015e\u00dc\u00e7\u011f\u0131\u00f6\u015f\u00fc.]{1,20} ){1,4}?(?:[Cc]ad\b\.?|[Cc]addesi|[Ss]ok\b\.?|[Ss]ok(?:a\u011f\u0131|ak)|[Ss]k\.|[Bb]ulvar\u0131|[Bb]ulv\.?|[Bb]lv\.?|[Mm]ah\.|[Mm]ahallesi),? ?(?:[\w\u00e7\u011f\u0131\u00f6\u015f\u00fc]{2,15} (?:[Aa]pt\.?|[Ss]itesi),? )?"
    r"(?:[Nn]o ?[:.]? ?|[Nn]umara ?:? ?)?\d{1,4}(?:[/-][A-Z\d]{1,4})?(?:,? ?(?:[Dd]aire|D|[Kk]at|K)[:. ] ?\d{1,3}){0,2}(?:,? (?:\d{5} )?[A-Z\u00c7\u0130\u015e]\w{2,15}(?:/\w{3,15})?)?"
)
