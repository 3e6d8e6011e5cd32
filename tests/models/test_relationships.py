"""No row fetches its neighbours by itself."""

import pytest
from sqlalchemy.orm import RelationshipProperty

from app.database import ON_DEMAND, Base

# In one order: the workers of a run must agree on it.
RELATIONSHIPS = sorted((one for mapper in Base.registry.mappers for one in mapper.relationships), key=str)


@pytest.mark.parametrize("relation", RELATIONSHIPS, ids=str)
def test_a_relationship_that_was_not_asked_for_raises(relation: RelationshipProperty) -> None:
    assert relation.lazy == ON_DEMAND
