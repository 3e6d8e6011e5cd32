"""No row fetches its neighbours by itself."""

import pytest
from sqlalchemy.orm import RelationshipProperty

from app.database import ON_DEMAND, Base

RELATIONSHIPS = [relation for mapper in Base.registry.mappers for relation in mapper.relationships]


@pytest.mark.parametrize("relation", RELATIONSHIPS, ids=str)
def test_a_relationship_that_was_not_asked_for_raises(relation: RelationshipProperty) -> None:
    assert relation.lazy == ON_DEMAND
