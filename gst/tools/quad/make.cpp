#include "tools/quad/make.h"

#include <algorithm>
#include <iostream>

#include "tools/quad/failure.h"
#include "tools/quad/words.h"

namespace quad {

void make_file (const Make &make, const Common &common, Report &report, Progress &progress)
{
  if (common.print) {
    std::cout << make.line (make.out).shell () << std::endl;
    return;
  }
  const std::string path = report.results.file (make.out);
  {
    Player player{make.line (path), make.clips, make.lengths};
    if (make.prepare) make.prepare (player);
    const Played played = player.play (make.expected, progress, report.warnings);
    if (played.frames == 0) {
      throw Failure (
          text ("there is no frame in ", make.clips.size () == 1 ? make.clips[0] : "the clips"));
    }
    if (make.heard) check_sound (*make.heard, played, report, progress);
    report.frames = played.frames;
    report.duration = static_cast<double> (played.time) / GST_SECOND;
  }
  if (make.after) make.after (path);
}

void make_file_on (Machine &machine, const Make &make, const Common &common, Report &report,
                   Progress &progress)
{
  if (!common.print) progress.say (sentence_on (machine));
  try {
    return make_file (make, common, report, progress);
  } catch (const StorageFailure &) {
    throw;
  } catch (const Failure &failure) {
    if (!machine.decodes ()) throw;
    warn (text ("the GPU fails (", failure.what (), "), so it is done on the CPU"), report,
          progress);
  }
  report.results.drop_last ();
  machine = {};
  make_file (make, common, report, progress);
}

void warn (const std::string &sentence, Report &report, Progress &progress)
{
  report.warnings.push_back (sentence);
  progress.say (sentence);
}

Clip open_clip (const std::string &path, Report &report, Progress &progress)
{
  Clip clip = read_clip (path);
  if (!clip.cut.empty ()) warn (clip.cut, report, progress);
  return clip;
}

void check_sound (const Clip &clip, const Played &played, Report &report, Progress &progress)
{
  constexpr GstClockTime kTolerance = 400 * GST_MSECOND;
  if (!clip.sound || played.sound + kTolerance >= std::min (played.time, clip.duration)) return;
  warn (text ("the sound of ", clip.path, " ends after ", seconds_text (played.sound, 1),
              " s, and the result has ", seconds_text (played.time, 1), " s"),
        report, progress);
}

void say_sound (const Clip &clip, const Container &container, Report &report, Progress &progress)
{
  const std::string sentence = sentence_on_sound (clip, std::string{container.sound_name});
  clip.sound_problem.empty () ? progress.say (sentence) : warn (sentence, report, progress);
}

}  // namespace quad
