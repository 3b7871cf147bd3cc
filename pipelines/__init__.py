"""Item by item: what was read is cleaned, screened, compared, labelled and saved."""
