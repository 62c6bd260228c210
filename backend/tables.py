"""Every table, so that migrations and tests see all of them."""

from sqlmodel import SQLModel

from backend.abuse import tables as abuse
from backend.accounts import tables as accounts
from backend.accounts.oidc import tables as oidc
from backend.admin import tables as admin
from backend.assistants import tables as assistants
from backend.attachments import tables as attachments
from backend.catalogue import tables as catalogue
from backend.catalogue.imports import tables as imports
from backend.chat import tables as chat
from backend.entitlements import tables as entitlements
from backend.metering import tables as metering
from backend.metering.reconciliation import tables as reconciliation
from backend.policy import tables as policy
from backend.precheck import tables as precheck
from backend.precheck.marks import tables as marks
from backend.precheck.risk import tables as risk

MODULES = (
    accounts,
    oidc,
    assistants,
    catalogue,
    imports,
    policy,
    entitlements,
    precheck,
    marks,
    risk,
    chat,
    attachments,
    metering,
    reconciliation,
    abuse,
    admin,
)

metadata = SQLModel.metadata
