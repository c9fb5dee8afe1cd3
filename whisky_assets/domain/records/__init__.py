"""Every table of the platform, declared once; importing this package declares them all."""

from whisky_assets.domain.records.archives import ArchiveFile, Entry, User
from whisky_assets.domain.records.core import (
    Claim,
    Conflict,
    Match,
    Offer,
    RegistryEvent,
    ReviewItem,
    SnapshotRow,
    Whisky,
)
from whisky_assets.domain.records.documents import (
    ArchiveDocument,
    PlanRow,
    ReleaseRow,
    UserDocument,
    WhiskyDocument,
)
from whisky_assets.domain.records.raw import Page
from whisky_assets.domain.records.staged import DocumentRead, Listing, QuarantineRow, Sighting
from whisky_assets.domain.records.storage import PersonalStateEvent, RetentionRow, SegmentCopy, StateEvent, VolumeProof

__all__ = [
    "ArchiveDocument",
    "ArchiveFile",
    "Claim",
    "Conflict",
    "DocumentRead",
    "Entry",
    "Listing",
    "Match",
    "Offer",
    "Page",
    "PersonalStateEvent",
    "PlanRow",
    "QuarantineRow",
    "RegistryEvent",
    "ReleaseRow",
    "RetentionRow",
    "ReviewItem",
    "SegmentCopy",
    "Sighting",
    "SnapshotRow",
    "StateEvent",
    "User",
    "UserDocument",
    "VolumeProof",
    "Whisky",
    "WhiskyDocument",
]
