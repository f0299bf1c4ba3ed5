# CLIP's vocabulary file as read-only data of the library.
    .section .rodata
    .balign 16
    .globl longclip_clip_vocabulary_begin
    .hidden longclip_clip_vocabulary_begin
    .globl longclip_clip_vocabulary_end
    .hidden longclip_clip_vocabulary_end
longclip_clip_vocabulary_begin:
    .incbin "bpe_simple_vocab_16e6.txt.gz"
longclip_clip_vocabulary_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
