#include "training/publish.h"

#include <longclip/convert.h>
#include <longclip/version.h>

#include "checkpoint/checkpoint.h"
#include "checkpoint/clip_weights.h"
#include "package/make_package.h"
#include "training/state_dict_file.h"

namespace longclip::training {

void publish(const RunFolder& folder, const Parameters& parameters, const Start& start, const std::string& name,
             std::int64_t steps) {
  write_state_dict(folder.checkpoint(), parameters.state_dict());
  // The package is made of that file, as of anybody's; what a file of weights does not say is added.
  checkpoint::Checkpoint checkpoint = checkpoint::read_checkpoint(folder.checkpoint());
  checkpoint.activation = start.architecture.activation;
  checkpoint.vision_heads = start.architecture.vision.heads;
  checkpoint.text_heads = start.architecture.text.heads;
  checkpoint.mean = start.mean;
  checkpoint.std = start.std;
  ConvertOptions convert;
  convert.ratio = 1;
  convert.name = name;
  convert.tokenizer = start.tokenizer;
  convert.overwrite = true;
  convert.source =
      "trained by longclip " LONGCLIP_VERSION " from " + start.source + ", " + std::to_string(steps) + " steps";
  package::make_package(checkpoint, checkpoint::clip_weights(checkpoint), folder.package(), convert);
}

}  // namespace longclip::training
