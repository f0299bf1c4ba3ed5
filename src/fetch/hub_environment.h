#pragma once

#include <string>

// What the environment says of the hub, read as the hub's own client reads it.
namespace longclip::hub {

// HF_ENDPOINT, else the public hub.
std::string endpoint_of_environment();

// HF_TOKEN, else the one that `hf auth login` keeps in a file: HF_TOKEN_PATH, else HF_HOME/token,
// else ~/.cache/huggingface/token. Empty where there is none, or HF_HUB_DISABLE_IMPLICIT_TOKEN is
// set.
std::string token_of_environment();

// Whether HF_HUB_OFFLINE is set.
bool is_offline();

}  // namespace longclip::hub
