"""The map of the suite: which blueprints there are. Nothing else belongs here."""

from chalice.app import Chalice

from chalicelib.handlers.account import account
from chalicelib.handlers.account_registration_steps import account_registration_steps
from chalicelib.handlers.account_registrations import account_registrations
from chalicelib.handlers.authenticators import authenticators
from chalicelib.handlers.backfill_steps import backfill_steps
from chalicelib.handlers.captcha import captcha
from chalicelib.handlers.certificate_making_steps import certificate_making_steps
from chalicelib.handlers.certificate_pushes import certificate_pushes
from chalicelib.handlers.certificate_verifications import certificate_verifications
from chalicelib.handlers.certificates import certificates
from chalicelib.handlers.consent_steps import consent_steps
from chalicelib.handlers.consent_terms import consent_terms
from chalicelib.handlers.consents import consents
from chalicelib.handlers.contact_changes import contact_changes
from chalicelib.handlers.department_keys import department_keys
from chalicelib.handlers.department_statistics import department_statistics
from chalicelib.handlers.departments import departments
from chalicelib.handlers.digilocker_callbacks import digilocker_callbacks
from chalicelib.handlers.document_reviews import document_reviews
from chalicelib.handlers.esign_responses import esign_responses
from chalicelib.handlers.esign_steps import esign_steps
from chalicelib.handlers.fetch_steps import fetch_steps
from chalicelib.handlers.fetches import fetches
from chalicelib.handlers.full_registration_reviews import full_registration_reviews
from chalicelib.handlers.full_registration_steps import full_registration_steps
from chalicelib.handlers.full_registrations import full_registrations
from chalicelib.handlers.icegate_services import icegate_services
from chalicelib.handlers.iec_invitations import iec_invitations
from chalicelib.handlers.iec_links import iec_links
from chalicelib.handlers.iec_user_steps import iec_user_steps
from chalicelib.handlers.iec_users import iec_users
from chalicelib.handlers.imports import imports
from chalicelib.handlers.message_steps import message_steps
from chalicelib.handlers.middleware import as_problems
from chalicelib.handlers.mobile_replacement_steps import mobile_replacement_steps
from chalicelib.handlers.mobile_replacements import mobile_replacements
from chalicelib.handlers.own_documents import own_documents
from chalicelib.handlers.pages import pages
from chalicelib.handlers.password_resets import password_resets
from chalicelib.handlers.publishing_steps import publishing_steps
from chalicelib.handlers.pull_requests import pull_requests
from chalicelib.handlers.pulls import pulls
from chalicelib.handlers.registration_steps import registration_steps
from chalicelib.handlers.registrations import registrations
from chalicelib.handlers.reminder_steps import reminder_steps
from chalicelib.handlers.revocation_steps import revocation_steps
from chalicelib.handlers.second_factor import second_factor
from chalicelib.handlers.sessions import sessions
from chalicelib.handlers.signature_steps import signature_steps
from chalicelib.handlers.signings import signings
from chalicelib.handlers.staff import staff
from chalicelib.handlers.staff_joinings import staff_joinings
from chalicelib.handlers.temporary_password_steps import temporary_password_steps
from chalicelib.handlers.validation_steps import validation_steps

app = Chalice(app_name="pravesh", configure_logs=False)
# DigiLocker's pulls are authenticated over their exact bytes: a BOM, or UTF-16, would not survive as text.
app.api.binary_types.extend(["application/xml", "text/xml"])
app.register_middleware(as_problems, "http")
app.register_blueprint(captcha)
app.register_blueprint(pages)
app.register_blueprint(registrations)
app.register_blueprint(sessions)
app.register_blueprint(icegate_services)
app.register_blueprint(second_factor)
app.register_blueprint(authenticators)
app.register_blueprint(staff)
app.register_blueprint(staff_joinings)
app.register_blueprint(registration_steps)
app.register_blueprint(temporary_password_steps)
app.register_blueprint(message_steps)
app.register_blueprint(account_registrations)
app.register_blueprint(account_registration_steps)
app.register_blueprint(account)
app.register_blueprint(contact_changes)
app.register_blueprint(password_resets)
app.register_blueprint(mobile_replacements)
app.register_blueprint(mobile_replacement_steps)
app.register_blueprint(iec_links)
app.register_blueprint(reminder_steps)
app.register_blueprint(signature_steps)
app.register_blueprint(signings)
app.register_blueprint(revocation_steps)
app.register_blueprint(validation_steps)
app.register_blueprint(full_registrations)
app.register_blueprint(full_registration_reviews)
app.register_blueprint(full_registration_steps)
app.register_blueprint(esign_responses)
app.register_blueprint(esign_steps)
app.register_blueprint(iec_users)
app.register_blueprint(iec_invitations)
app.register_blueprint(iec_user_steps)
app.register_blueprint(fetches)
app.register_blueprint(digilocker_callbacks)
app.register_blueprint(consents)
app.register_blueprint(own_documents)
app.register_blueprint(document_reviews)
app.register_blueprint(certificate_making_steps)
app.register_blueprint(publishing_steps)
app.register_blueprint(backfill_steps)
app.register_blueprint(fetch_steps)
app.register_blueprint(consent_steps)
app.register_blueprint(pulls)
app.register_blueprint(departments)
app.register_blueprint(certificates)
app.register_blueprint(certificate_verifications)
app.register_blueprint(department_keys)
app.register_blueprint(department_statistics)
app.register_blueprint(consent_terms)
app.register_blueprint(pull_requests)
app.register_blueprint(certificate_pushes)
app.register_blueprint(imports)
