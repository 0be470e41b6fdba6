#pragma once

#include <chrono>
#include <tuple>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>

// The vocabulary of the one I/O thread. The executor is io_context's own type: Asio's type-erased one costs a virtual
// call and a reference count per operation. Everything in daemon/service belongs to that thread unless its header says
// otherwise.
namespace signet::service {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
template <class T>
using Task = asio::awaitable<T, Executor>;
using UnixSocket = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;
using UnixAcceptor = asio::basic_socket_acceptor<asio::local::stream_protocol, Executor>;
using SteadyClock = std::chrono::steady_clock;
using Deadline = SteadyClock::time_point;
using Timer = asio::basic_waitable_timer<SteadyClock, asio::wait_traits<SteadyClock>, Executor>;

/// co_await operation(…, kAsTask) gives a tuple that begins with the error code; nothing is thrown.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kAsTask{};

}  // namespace signet::service
