// How a command ends: whether its output went, and what it says of an error.
// Threads: the main one.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/terminal/amount_text.h"

namespace courtside {

// Whether stdout takes what is printed, as far as that is known: a long command ends when it does
// not.
bool output_goes();
// What the command's last word is worth: its own status, or that of write_failed where stdout did
// not take all of its output. A reader that has gone, as `head` has, is no failure of ours and is
// passed over without a word.
int finish_output(int status);

// A line on stderr: "courtside: <text>".
void say(const std::string& text);

// Says what went wrong on stderr; the exit status that goes with it.
int report(const Error& error);

// Says to a person at a terminal that there is nothing to show: `what` is "no event of
// booking:b_1". The exit status that goes with it.
int nothing_found(const std::string& what);

}  // namespace courtside
