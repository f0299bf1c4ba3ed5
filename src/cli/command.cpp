#include "cli/command.h"

#include <array>

namespace longclip::cli {
namespace {

constexpr std::array kCommands = {
    Command{"rank", "rank texts for pictures, or pictures for texts", declare_rank},
    Command{"embed", "write features of pictures or texts to a NumPy file", declare_embed},
    Command{"tokenize", "show texts as the model reads them: tokens, ids, count", declare_tokenize},
    Command{"convert", "make a model package from a published checkpoint", declare_convert},
    Command{"fetch", "download published weights and make a package from them", declare_fetch},
    Command{"info", "say what a checkpoint or package is", declare_info},
    Command{"scenes", "draw pictures with captions to train and evaluate on", declare_scenes},
    Command{"train", "train a model from scratch, or go on with one", declare_train},
    Command{"finetune", "stretch a CLIP and fine-tune it as Long-CLIP was", declare_finetune},
    Command{"eval", "measure recall over a data set, or zero-shot accuracy", declare_eval},
    Command{"classify", "say which of your labels fit each picture best", declare_classify},
    Command{"completion", "print a completion script for bash, zsh or fish", declare_completion},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace longclip::cli
