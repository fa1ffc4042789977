"""The graph view: the document's graph laid out in layers and coloured by gradient."""
