"""The words of a change of an IEC's users, as they are signed and as the history tells them.

They stand here and not in the catalogue of texts: what was signed must be made again by whoever reads the code of its
time (`documents_to_sign`, whose `FORM` changes with any word).
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.domain.iec.user_changes import ChangeKind, UserChange
from chalicelib.domain.iec.users import IecRole

_ROLES: Mapping[str, Mapping[IecRole, str]] = {
    "en": {
        IecRole.OWNER: "owner",
        IecRole.MANAGER: "manager",
        IecRole.SIGNATORY: "signatory",
        IecRole.PREPARER: "preparer",
        IecRole.VIEWER: "viewer",
    },
    "hi": {
        IecRole.OWNER: "मालिक",
        IecRole.MANAGER: "मैनेजर",
        IecRole.SIGNATORY: "हस्ताक्षर करने वाले",
        IecRole.PREPARER: "तैयार करने वाले",
        IecRole.VIEWER: "केवल देखने वाले",
    },
}
_WORDS: Mapping[str, Mapping[ChangeKind, str]] = {
    "en": {
        ChangeKind.INVITE: "I invite {name} ({email}) to use this IEC as {role}.",
        ChangeKind.INVITE_AGAIN: (
            "I send {name} ({email}) the invitation to use this IEC as {role} again, for another 7 days."
        ),
        ChangeKind.CHANGE_ROLE: "I change the role of {name} ({email}) for this IEC from {was} to {role}.",
        ChangeKind.SUSPEND: "I suspend the access of {name} ({email}, {was}) to this IEC.",
        ChangeKind.REACTIVATE: "I give {name} ({email}) access to this IEC again, as {role}.",
        ChangeKind.REMOVE: "I remove {name} ({email}, {was}) from the users of this IEC.",
        ChangeKind.LEAVE: "I leave this IEC. My login ({email}, {was}) can then no longer act for it.",
        ChangeKind.OFFER_OWNERSHIP: "I offer my ownership of this IEC to {name} ({email}), who is now {was}.",
        ChangeKind.WITHDRAW_OFFER: "I withdraw my offer of the ownership of this IEC. Nothing changes for anybody.",
        ChangeKind.ACCEPT_OWNERSHIP: "I accept the ownership of this IEC that {name} ({email}) has offered me.",
    },
    "hi": {
        ChangeKind.INVITE: "मैं {name} ({email}) को इस IEC पर {role} के रूप में बुलाता/बुलाती हूँ।",
        ChangeKind.INVITE_AGAIN: (
            "मैं {name} ({email}) को इस IEC पर {role} बनने का न्योता फिर से भेजता/भेजती हूँ, और 7 दिन के लिए।"
        ),
        ChangeKind.CHANGE_ROLE: "मैं इस IEC पर {name} ({email}) की भूमिका '{was}' से बदलकर '{role}' करता/करती हूँ।",
        ChangeKind.SUSPEND: "मैं इस IEC पर {name} ({email}, {was}) की पहुँच रोकता/रोकती हूँ।",
        ChangeKind.REACTIVATE: "मैं {name} ({email}) को इस IEC पर {role} के रूप में फिर पहुँच देता/देती हूँ।",
        ChangeKind.REMOVE: "मैं {name} ({email}, {was}) को इस IEC के उपयोगकर्ताओं से हटाता/हटाती हूँ।",
        ChangeKind.LEAVE: ("मैं यह IEC छोड़ता/छोड़ती हूँ। इसके बाद मेरा लॉगिन ({email}, {was}) इसके लिए काम नहीं कर सकेगा।"),
        ChangeKind.OFFER_OWNERSHIP: (
            "मैं इस IEC का अपना मालिकाना हक़ {name} ({email}) को देने का प्रस्ताव रखता/रखती हूँ, जो अभी {was} हैं।"
        ),
        ChangeKind.WITHDRAW_OFFER: ("मैं इस IEC के मालिकाना हक़ का अपना प्रस्ताव वापस लेता/लेती हूँ। किसी के लिए कुछ नहीं बदलता।"),
        ChangeKind.ACCEPT_OWNERSHIP: (
            "मैं इस IEC का मालिकाना हक़ स्वीकार करता/करती हूँ, जो {name} ({email}) ने मुझे देने का प्रस्ताव रखा है।"
        ),
    },
}
# What follows from it, where another must sign too or two change.
_THEN: Mapping[str, Mapping[ChangeKind, str]] = {
    "en": {
        ChangeKind.OFFER_OWNERSHIP: (
            "When {name} accepts under their own signature, they become owner and I become manager."
        ),
        ChangeKind.ACCEPT_OWNERSHIP: "With it I become owner, and {name} becomes manager.",
    },
    "hi": {
        ChangeKind.OFFER_OWNERSHIP: ("{name} अपने हस्ताक्षर से स्वीकार करेंगे तो वे मालिक और मैं मैनेजर बन जाऊँगा/जाऊँगी।"),
        ChangeKind.ACCEPT_OWNERSHIP: "इससे मैं मालिक और {name} मैनेजर बन जाते हैं।",
    },
}


def statement(change: UserChange, language: str) -> tuple[str, ...]:
    """What the maker signs, in plain words ("en" or "hi"): what is done, and what follows from it if anything.

    Names and emails are of one line (their parsers see to it, and the document once more), so none forges a line.
    """
    values = {
        "name": change.name,
        "email": change.email,
        "role": _ROLES[language][change.role],
        "was": _ROLES[language][change.was or change.role],
    }
    lines = [_WORDS[language][change.kind], *filter(None, [_THEN[language].get(change.kind)])]
    return tuple(line.format_map(values) for line in lines)
