"""Every controller, in the order of the pipeline."""

from litestar.types import ControllerRouterHandler

from backend.abuse.admin_controller import AbuseController
from backend.accounts.admin_controller import AccountsAdminController
from backend.accounts.api_keys.controller import AdminApiKeysController, ApiKeysController
from backend.accounts.controller import AccountsController
from backend.accounts.oidc.controller import SignOnController
from backend.admin.calls.controller import ModelCallsController
from backend.admin.controller import AuditController
from backend.admin.organisations.controller import OrganisationsController
from backend.admin.overview.controller import OverviewController
from backend.admin.users.controller import AdminUsersController
from backend.assistants.admin_controller import AdminAssistantsController
from backend.assistants.controller import AssistantsController
from backend.assistants.service_types_controller import ServiceTypesController
from backend.attachments.controller import AttachmentsController
from backend.catalogue.admin_controller import AdminModelsController, AdminProvidersController, MultipliersController
from backend.catalogue.aliases_controller import AliasesController
from backend.catalogue.controller import ModelsController
from backend.catalogue.imports.admin_controller import ImportsController
from backend.chat.controller import ChatController
from backend.chat.conversations_controller import ConversationsController, MessagesController
from backend.entitlements.admin_controller import (
    AdminPlanRequestsController,
    AdminPlansController,
    EntitlementsController,
)
from backend.entitlements.controller import PlanRequestsController, PlansController
from backend.health import HealthController
from backend.metering.reconciliation.admin_controller import ReconciliationsController
from backend.metering.usage_controller import UsageController
from backend.precheck.bench.controller import BenchController
from backend.precheck.controller import PrecheckController
from backend.precheck.marks.admin_controller import AdminMarksController
from backend.precheck.marks.controller import MarksController
from backend.precheck.risk.admin_controller import RiskGuardController, RiskPoliciesController
from backend.providers.controller import ProvidersController
from backend.v1.chat.controller import ChatCompletionsController
from backend.v1.completions.controller import CompletionsController
from backend.v1.embeddings.controller import EmbeddingsController
from backend.v1.images.controller import ImagesController
from backend.v1.messages.controller import AnthropicMessagesController
from backend.v1.models.controller import ModelNamesController
from backend.v1.process.controller import ProcessController
from backend.v1.responses.controller import ResponsesController

CONTROLLERS: list[ControllerRouterHandler] = [
    AccountsController,
    SignOnController,
    ApiKeysController,
    PrecheckController,
    MarksController,
    AssistantsController,
    ModelsController,
    PlansController,
    PlanRequestsController,
    AttachmentsController,
    ChatController,
    ChatCompletionsController,
    CompletionsController,
    ResponsesController,
    AnthropicMessagesController,
    ProcessController,
    ModelNamesController,
    ProvidersController,
    EmbeddingsController,
    ImagesController,
    ConversationsController,
    MessagesController,
    UsageController,
    OverviewController,
    AdminModelsController,
    AdminProvidersController,
    ImportsController,
    MultipliersController,
    AliasesController,
    AdminAssistantsController,
    ServiceTypesController,
    RiskPoliciesController,
    RiskGuardController,
    AdminPlansController,
    EntitlementsController,
    AdminPlanRequestsController,
    ModelCallsController,
    AdminUsersController,
    OrganisationsController,
    AccountsAdminController,
    AdminApiKeysController,
    AbuseController,
    AuditController,
    ReconciliationsController,
    BenchController,
    AdminMarksController,
    HealthController,
]
