"""The layers of a decoder: left out, shared, tuned, put back; of a model of any architecture."""
