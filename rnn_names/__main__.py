"""`python -m rnn_names` is `rnn-names`."""

from rnn_names.cli import main

if __name__ == "__main__":
    main()
