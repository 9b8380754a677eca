"""Methods ranked from records: tracks, checks of submitted records, pages, mirror."""
