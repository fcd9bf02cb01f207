"""Pleasantries: a prompt that is nothing but a greeting, thanks or praise asks for no work to go on.

A bare `ok`, `yes` or `sure` is none: it may say yes to what the reply before it offered.
"""

import re
from typing import Final

from mixchat.routing.tokens import joined, tokens

_LONGEST: Final = 120
"""Characters of the longest pleasantry."""

_GREETINGS: Final = (
    r"hi|hiya|hello|hey|howdy|good (?:morning|afternoon|evening|night|day)|bye|goodbye|see you(?: (?:later|soon))?"
    r"|how are you(?: doing)?|what's up|how's it going|hola|buen(?:os|as) (?:dias|tardes|noches)|que tal|como estas|adios|hasta luego"
    r"|bonjour|bonsoir|bonne (?:journee|nuit)|salut|coucou|ca va|au revoir|hallo|moin|servus|guten (?:tag|morgen|abend)"
    r"|gute nacht|wie geht's|wie geht es dir|tschuss|auf wiedersehen|oi|ola|bom dia|boa (?:tarde|noite)|tudo bem|tchau"
    r"|ciao|buongiorno|buonasera|arrivederci|привет|здравствуй(?:те)?|добр(?:ый день|ое утро|ый вечер)|как дела|пока"
    r"|до свидания|你好|您好|嗨|大家好|早上好|早安|下午好|晚上好|晚安|再见|拜拜|こんにちは|こんばんは|おはよう(?:ございます)?"
    r"|おやすみ(?:なさい)?|さようなら|안녕(?:하세요)?|مرحبا|أهلا|اهلا|السلام عليكم|صباح الخير|مساء الخير|مع السلامة"
)
_THANKS: Final = (
    r"(?:many |no )?thanks|thank (?:you|u)|thx|ty|cheers|(?:that|this|it) (?:really )?help(?:ed|s)|(?:very|so) helpful"
    r"|it works(?: now)?|gracias|merci|danke|vielen dank|dankeschon|obrigad[oa]|valeu|grazie|спасибо|благодарю"
    r"|谢谢|多谢|感谢|谢了|ありがとう(?:ございます|ございました)?|どうも|助かりました|고마워(?:요)?|감사합니다|شكرا"
)
_PRAISE: Final = (
    r"cool|great|nice|perfect|awesome|wonderful|excellent|amazing|brilliant|lovely|super|fantastic|good(?: (?:job|work|one))?"
    r"|(?:great|nice) (?:job|work|one)|well done|got it|i see|makes sense|understood|never ?mind|no problem|lol|ha(?:ha)+"
    r"|genial|perfecto|excelente|entendido|parfait|d'accord merci|compris|toll|prima|perfekt|verstanden|alles klar"
    r"|perfeito|otimo|entendi|perfetto|отлично|супер|круто|понятно|понял|поняла|太好了|很好|不错|好的|明白了|懂了|知道了"
    r"|なるほど|わかりました|了解(?:です)?|すごい|좋아요|알겠습니다|ممتاز|رائع|حسنا|فهمت"
)
_AROUND: Final = (
    r"ok|okay|oh|ah|wow|so|very|really|much|a lot|again|there|all|everyone|everybody|mate|man|that's|that is|for (?:that|your help|the help)"
    r"|muchas|mucho|muy|beaucoup|tres|bien|schon|sehr|viel|muito|molto|mille|большое|очень|非常|太|啊|吧|了|本当に|جزيلا"
)
_GAP: Final = r"(?: |$|(?<=[\u3040-\u9fff]))"
_WHOLE: Final = re.compile(
    rf"(?:(?:{_AROUND}){_GAP})*(?:(?:{_GREETINGS}|{_THANKS}|{_PRAISE}){_GAP}(?:(?:{_AROUND}){_GAP})*)+"
)


def is_pleasantry(prompt: str) -> bool:
    """Return whether `prompt` only greets, thanks or praises, in one of the main languages."""
    if len(prompt) > _LONGEST:
        return False
    words = [word for word in tokens(prompt) if any(map(str.isalnum, word))]
    return _WHOLE.fullmatch(joined(words)) is not None
