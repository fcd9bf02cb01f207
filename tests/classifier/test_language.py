import pytest

from mixchat.classifier.rules import language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("How do I cook rice?", "en"),
        ("¿Cómo puedo aprender inglés en un mes?", "es"),
        ("Comment puis-je dormir mieux dans ma chambre ?", "fr"),
        ("Wie kann ich den Text für meine Oma schreiben?", "de"),
        ("Como posso fazer pão em casa para você?", "pt"),
        ("Come posso imparare il francese in un mese?", "it"),
        ("Как мне приготовить рис?", "ru"),
        ("Як приготувати їжу вдома?", "uk"),
        ("怎么做红烧肉", "zh"),
        ("おすすめの本はありますか", "ja"),
        ("가을에 대한 시를 써줘", "ko"),
        ("كيف أطبخ الأرز؟", "ar"),
        ("", "en"),
        ("x = 1", "en"),
    ],
)
def test_a_language_is_told_by_script_and_common_words(text: str, code: str):
    assert language(text) == code
