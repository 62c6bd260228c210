"""What is called by the same words on both sides."""

from shared.precheck import PersonalKind

KINDS = {
    PersonalKind.EMAIL: ("an e-mail address", "e-mail addresses"),
    PersonalKind.PHONE: ("a phone number", "phone numbers"),
    PersonalKind.IBAN: ("a bank account number", "bank account numbers"),
    PersonalKind.CARD: ("a payment card number", "payment card numbers"),
    PersonalKind.NATIONAL_ID: ("a personal identity number", "personal identity numbers"),
    PersonalKind.ADDRESS: ("a postal address", "postal addresses"),
    PersonalKind.API_KEY: ("an API key", "API keys"),
    PersonalKind.TOKEN: ("an access token", "access tokens"),
    PersonalKind.PASSWORD: ("a password", "passwords"),
    PersonalKind.PRIVATE_KEY: ("a private key", "private keys"),
}
"""One of a kind of personal data, and several."""
