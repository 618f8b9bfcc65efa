"""Makes the cards of this corpus again from the packages they come from: `python3 tests/corpus/vcard/gather.py`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from files import make, whole  # noqa: E402

if __name__ == "__main__":
    make(HERE, "*.vcf", whole)
