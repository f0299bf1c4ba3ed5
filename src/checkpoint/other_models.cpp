#include "checkpoint/other_models.h"

#include <array>
#include <string_view>

#include <longclip/error.h>

namespace longclip::checkpoint {
namespace {

struct Sign {
  std::string_view prefix;  // of a tensor's name
  std::string_view model;
};

// The first that fits counts.
constexpr std::array kSigns{
    Sign{"visual.layer1.", "a CLIP with a ResNet image tower"},
    Sign{"visual.attnpool.", "a CLIP with a ResNet image tower"},
    Sign{"vision_model.head.probe", "SigLIP"},
    Sign{"vision_model.head.attention.", "SigLIP"},
    Sign{"visual.trunk.attn_pool.", "SigLIP (open_clip)"},
    Sign{"logit_bias", "SigLIP"},
    Sign{"visual.trunk.stages.", "an open_clip model with a ConvNeXt or other convolutional image tower"},
    Sign{"visual.trunk.", "an open_clip model with an image tower of timm (EVA, SigLIP, ...)"},
    Sign{"visual.blocks.", "EVA-CLIP"},
    Sign{"visual.cls_token", "EVA-CLIP"},
    Sign{"visual_encoder.", "BLIP"},
    Sign{"text_decoder.bert.", "BLIP"},
    Sign{"Qformer.", "BLIP-2"},
    Sign{"qformer.", "BLIP-2"},
    Sign{"query_tokens", "BLIP-2"},
    Sign{"text_decoder.", "CoCa"},
    Sign{"text.transformer.embeddings.", "an open_clip model with a text tower of Hugging Face (XLM-RoBERTa, ...)"},
    Sign{"text_model.encoder.layer.", "Chinese-CLIP or another CLIP with a BERT text tower"},
    Sign{"bert.", "BERT, or a CLIP with a BERT text tower"},
    Sign{"image_encoder.model.", "MobileCLIP"},
    Sign{"model.diffusion_model.", "Stable Diffusion"},
    Sign{"diffusion_model.", "Stable Diffusion"},
    Sign{"cond_stage_model.", "Stable Diffusion"},
    Sign{"patch_embed.", "a plain vision transformer (timm)"},
    Sign{"blocks.0.", "a plain vision transformer (timm)"},
    Sign{"vit.", "a plain vision transformer (Hugging Face)"},
    Sign{"embeddings.patch_embeddings.", "a plain vision transformer (Hugging Face)"},
    Sign{"dinov2.", "DINOv2"},
    Sign{"layer1.0.conv1.", "a plain ResNet"},
    Sign{"layers.0.self_attn.", "a language model"},
    Sign{"language_model.", "a language model with vision"},
    Sign{"lm_head.", "a language model"},
    Sign{"lora_", "LoRA weights"},
    Sign{"base_model.", "LoRA or other adapter weights (PEFT)"},
};

}  // namespace

void refuse_other_models(const Checkpoint& checkpoint) {
  for (const Sign& sign : kSigns) {
    const auto at = checkpoint.tensors.lower_bound(std::string(sign.prefix));
    if (at == checkpoint.tensors.end() || !at->first.starts_with(sign.prefix)) continue;
    throw UnsupportedModel(checkpoint.path.string() + ": " + std::string(sign.model) + " (it has " +
                           printable(at->first) + "); only CLIP with two plain transformers is supported");
  }
}

}  // namespace longclip::checkpoint
