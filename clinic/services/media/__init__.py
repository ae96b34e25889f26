"""Pictures, videos and captions: let in, kept, shown to whom they are for, and tidied up."""
