"""The training tab's further commands as the menu has them: a name and words for each."""

OWN_DATA = (
    ("draw", "&Draw points"),
    ("load", "&Load a table …"),
    ("paste", "&Paste a table"),
    ("function", "&Function of x …"),
    ("save", "&Save the points as CSV …"),
)
SHARE = (
    ("copy_text", "&Copy as text"),
    ("copy_text_weights", "Copy as text, with &weights"),
    ("paste_text", "&Paste text"),
    ("code", "As co&de …"),
    ("export_npz", "Weights as &npz …"),
    ("export_safetensors", "Weights as &safetensors …"),
    ("import_weights", "&Load weights …"),
)
