"""Adds up the reports of one run of script/test: `summary.py <folder of JUnit reports> [failed part ...]`.

What failed is told once more, since it may stand far above. The last line is `N passed, N failed` (and `N skipped` when there are any); exit status 1
when anything failed.
"""

import pathlib
import sys
import xml.etree.ElementTree

TOLD_LETTERS_MAX = 2000


def counts(folder: pathlib.Path) -> tuple[int, int, int]:
    passed = failed = skipped = 0
    for report in sorted(folder.rglob("*.xml")):
        for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
            fault = next((found for found in map(case.find, ("failure", "error")) if found is not None), None)
            if fault is not None:
                failed += 1
                said = " ".join((fault.get("message") or fault.text or "").split())
                print(f"failed: {report.stem}: {case.get('classname', '')} {case.get('name')}: {said[:TOLD_LETTERS_MAX]}")
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                skipped += 1
            else:
                passed += 1
    return passed, failed, skipped


def main() -> int:
    passed, failed, skipped = counts(pathlib.Path(sys.argv[1]))
    failed_parts = sys.argv[2:]
    if failed_parts:
        print("failed parts:", ", ".join(failed_parts))
        failed = max(failed, len(failed_parts))
    if passed + failed == 0:
        print("no test ran")
        failed = 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
