"""What was fixed when: rules and the code that decides, held against when runs were first seen."""
