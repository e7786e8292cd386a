"""Views: values of the model into text. They print nothing, but for `tables`, and decide nothing.

`json` is the one schema that other programs read. `words`, `certificates` and `listings` make sentences and rows for
readers; `tables` draws them on a terminal.
"""
