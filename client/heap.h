// How memory is asked for where much of it is needed at once.
#pragma once

namespace guantong {

/// Prepares the heap of the calling thread for long work: it grows once instead of page by page, in
/// large pages where the system has them, and keeps what is freed. Takes address space alone until
/// the memory is used.
void prepare_heap();

}  // namespace guantong
