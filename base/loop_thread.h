// Marks functions and members that only a loop's thread may use. clang (-Wthread-safety) does not
// compile code that uses them from elsewhere; for other compilers the marks mean nothing.
//
//   void on_wake() COURTSIDE_ON_LOOP;                        // call it on the loop's thread only
//   std::vector<int> peers_ COURTSIDE_OF_LOOP;               // use it on the loop's thread only
//   loop.set_on_wake([this] { loop_thread.entered(); on_wake(); });   // here the loop calls us
//
// It cannot tell two loops apart. Calls through a virtual function of a base class are checked by
// what the base class says.
//
// Threads: no state.
#pragma once

#if defined(__clang__)
#define COURTSIDE_THREAD_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define COURTSIDE_THREAD_ATTRIBUTE(attribute)
#endif

#define COURTSIDE_ON_LOOP COURTSIDE_THREAD_ATTRIBUTE(requires_capability(::courtside::loop_thread))
#define COURTSIDE_OF_LOOP COURTSIDE_THREAD_ATTRIBUTE(guarded_by(::courtside::loop_thread))

namespace courtside {

class COURTSIDE_THREAD_ATTRIBUTE(capability("loop thread")) LoopThread {
 public:
  // From here to the end of the block clang takes the code to run on the loop's thread: in what a
  // loop calls, and after its thread has ended. Nothing is checked at run time.
  void entered() const COURTSIDE_THREAD_ATTRIBUTE(assert_capability(this)) {}
};

inline constexpr LoopThread loop_thread;

}  // namespace courtside
