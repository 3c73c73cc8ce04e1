"""The tables: rows record what happened, functions decide.

Keys are UUIDv7, enums are text, moments are aware UTC, money is integer minor units, and whole values are JSON
documents that `documents.load` checks again on reading.
"""

from service.storage.tables.access import ApiKeyRow, IdempotencyRow
from service.storage.tables.cases import ApplicationVersionRow, CaseLoanRow, CaseRow, EvidenceRow, PersonRow
from service.storage.tables.correspondence import MessageRow, NoticeRow, ReadMarkRow
from service.storage.tables.dissent import AppealRow, ReferralRow
from service.storage.tables.events import EventRow
from service.storage.tables.judgement import DecisionRow, ReviewRow
from service.storage.tables.negotiation import AgreementRow, OfferRow, RoundRow
from service.storage.tables.performance import AgreementScheduleRow, PaymentRow
from service.storage.tables.policies import OperationRow, PolicyEventRow, PolicyVersionRow
from service.storage.tables.process import ClockRow, HoldRow, InformationRequestRow
from service.storage.tables.row import METADATA, Row

__all__ = [
    "METADATA",
    "AgreementRow",
    "AgreementScheduleRow",
    "ApiKeyRow",
    "AppealRow",
    "ApplicationVersionRow",
    "CaseLoanRow",
    "CaseRow",
    "ClockRow",
    "DecisionRow",
    "EventRow",
    "EvidenceRow",
    "HoldRow",
    "IdempotencyRow",
    "InformationRequestRow",
    "MessageRow",
    "NoticeRow",
    "OfferRow",
    "OperationRow",
    "PaymentRow",
    "PersonRow",
    "PolicyEventRow",
    "PolicyVersionRow",
    "ReadMarkRow",
    "ReferralRow",
    "ReviewRow",
    "RoundRow",
    "Row",
]
