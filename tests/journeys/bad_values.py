"""What no field and no body may be, and the reason that is told for each."""

# A piece of every long or odd value below. It stands for a secret: no answer may hold it.
SECRET = "sEkr1t"
FULL_WIDTH, DEVANAGARI = "０１２３４５", "०१२३४५"

# What no field takes, whatever it is for.
NOT_TEXT: list[tuple[object, str]] = [
    (None, "required"),
    (5, "not_text"),
    (-1.5e300, "not_text"),
    (10**400, "not_text"),
    (True, "not_text"),
    (False, "not_text"),
    ([], "not_text"),
    ([SECRET], "not_text"),
    ({}, "not_text"),
    ({"iec": SECRET}, "not_text"),
    ("", "required"),
    ("   ", "required"),
    (f"{SECRET}\x00", "bad_characters"),
    (f"{SECRET}\n", "bad_characters"),
    (f"{SECRET}\x7f", "bad_characters"),
    (f"{SECRET}\ud800", "bad_characters"),
    (f"\udc00{SECRET}", "bad_characters"),
]


def texts(reason: str, *values: str) -> list[tuple[object, str]]:
    return [(value, reason) for value in values]


IEC = texts(
    "iec_invalid",
    SECRET,
    "X" * 33,
    "😀",
    "०३८८०१२३४५",
    "０３８８０１２３４５",
    "038801234",
    "03880123456",
    "ZZZDZ9999Z",
    "ZZZCZ0000Z",
    "ZZZCZ9999",
    "ZZZÇZ9999Z",
    "ßZZCZ9999Z",
    "ZZZCZ9999Z'--",
) + texts("too_long", SECRET * 60)
GSTIN = (
    texts(
        "gstin_invalid",
        SECRET,
        "X" * 33,
        "😀",
        "33ZZZCZ9999Z1Z",
        "00ZZZCZ9999Z1ZQ",
        "39ZZZCZ9999Z1ZQ",
        "३३ZZZCZ9999Z1ZQ",
        "３３ZZZCZ9999Z1ZQ",
    )
    + texts("gstin_check_character", "33ZZZCZ9999Z1ZA")
    + texts("too_long", SECRET * 60)
)
CODE = texts(
    "code_not_six_digits",
    "12345",
    "1234567",
    "12345a",
    FULL_WIDTH,
    DEVANAGARI,
    "😀😀😀😀😀😀",
    "1" * 200,
    "+12345",
    "1e5000",
    "0x1234",
    "12345\u200b",
) + texts("too_long", SECRET * 60)
EMAIL = [
    *texts(
        "email_invalid",
        SECRET,
        "@example.com",
        "a@",
        "a@b",
        "a@b..com",
        "a b@example.com",
        "a@example.com,b@example.com",
        "a@ex ample.com",
        "अ@example.com",
        "a@उदाहरण.com",
        "😀@example.com",
        ".a@example.com",
        "a@example.c0m-",
        "a@-example.com",
        '"a b"@example.com',
        "a@[127.0.0.1]",
        "a@example.com>",
    ),
    (f"{SECRET * 8}@example.com", "email_too_long"),
    (f"{SECRET * 60}@example.com", "too_long"),
]
MOBILE = texts(
    "mobile_invalid",
    SECRET,
    "5876543210",
    "987654321",
    "98765432101",
    "+19876543210",
    "९८७६५४३२१०",
    "９８７６５４３２１０",
    "😀",
    "9876543210😀",
    "9876543210;9876543211",
    "0" * 40,
) + texts("too_long", "9" * 257)
ICEGATE_ID = (
    texts(
        "icegate_id_characters",
        "asha exports",
        " asha",
        "asha ",
        "asha.exports",
        "asha@exports",
        "आशा",
        "asha१२",
        "asha１２",
        "asha😀",
        "äsha",
        "ſasha",
        "Kasha\u212a",
        "a/b",
        "a%20b",
        "a'b",
    )
    + texts("icegate_id_too_long", "a" * 26, "a" * 256)
    + texts("too_long", SECRET * 60)
    + texts("aadhaar_refused", "234123412346", "2341-2341-2346")
)
NEW_PASSWORD = (
    texts("password_too_short", "Sa#2026", "😀")
    + texts("password_too_long", "Aa#1" * 33)
    + texts("password_needs_mix", "sagar#2026", "SAGAR#2026", "Sagar#####", "Sagar20266", "Sagar 2026")
    + texts("too_long", SECRET * 60)
)

MALFORMED: list[tuple[bytes, str]] = [
    (b"", "invalid_json"),
    (b" ", "invalid_json"),
    (b"{", "invalid_json"),
    (b"{'iec':1}", "invalid_json"),
    (b'{"iec":NaN}', "invalid_json"),
    (b'{"iec":-Infinity}', "invalid_json"),
    (b'{"iec":' + b"9" * 5000 + b"}", "invalid_json"),
    (b'{"iec":"' + SECRET.encode() + b'"', "invalid_json"),
    (b'{"iec":1}{}', "invalid_json"),
    (b"[" * 16_000, "invalid_json"),
    (b'{"a":' * 3_000, "invalid_json"),
    (b"null", "invalid_json"),
    (b"true", "invalid_json"),
    (b"5", "invalid_json"),
    (b'"' + SECRET.encode() + b'"', "invalid_json"),
    (b"[]", "invalid_json"),
    (b'[{"iec":"x"}]', "invalid_json"),
    (b"\xff\xfe\x00", "invalid_json"),
    ('{"iec":"x"}'.encode("utf-16"), "invalid_json"),
    (b'{"iec":"\x00"}', "invalid_json"),
    (b"iec=x&gstin=y", "invalid_json"),
    (b"<iec>x</iec>", "invalid_json"),
    (b'{"iec":"a","iec":"a"}', "duplicate_key"),
    (b'{"iec":{"a":1,"a":2}}', "duplicate_key"),
    (b'{"\\u0069ec":"a","iec":"b"}', "duplicate_key"),
    (b'{"iec":"' + b"x" * 17_000 + b'"}', "body_too_large"),
    (b'{"iec":"' + b"x" * 1_000_000 + b'"}', "body_too_large"),
]
OTHER_TYPES = (
    "text/plain",
    "application/xml",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "x",
)
