/*
 * Received messages. All waits are in fill(), and what was received before a wait stays in the
 * socket: a call that is interrupted, or that does not wait, is continued by the next one.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hob/runtime.h"
#include "socket.h"

/* Bytes that are read at once, unless they belong to a large message. */
enum { INPUT_SIZE = 4096 };

static size_t input_length(const struct input *self)
{
    return self->end - self->start;
}

/* Frees what an idle socket does not need. */
static void release_memory(hob_ws *self)
{
    if (input_length(&self->input) == 0) {
        free(self->input.bytes);
        self->input.bytes = NULL;
        self->input.start = self->input.end = 0;
    }
    if (!self->collecting) {
        free(self->collected);
        self->collected = NULL;
        self->collected_capacity = 0;
    }
}

/*
 * Waiting.
 */

/* If the client takes no more, what it has sent can still be read. */
static int send_control(hob_ws *self, enum frame_opcode opcode, const void *data, size_t size)
{
    self->receiving = true;
    int err = socket_send(self, opcode, data, size);
    self->receiving = false;
    return err == -EPIPE ? 0 : err;
}

/* Called when nothing has come for a while. */
static int check_client(hob_ws *self)
{
    if (self->pinged)
        return socket_lose(self);
    self->pinged = true;
    return send_control(self, FRAME_PING, NULL, 0);
}

/* Waits for input, the other event, or the time of a ping. */
static int wait_for_input(hob_ws *self, hob_future *other)
{
    enum { INPUT, TIME, OTHER };
    size_t winner;
    hob_future *events[] = {
        [INPUT] = hob_conn_readable(self->conn),
        [TIME] = hob_timer(self->options.ping_interval),
        [OTHER] = other,
    };
    self->receiving = true;
    int err = hob_race_all(events, other ? 3 : 2, &winner);
    self->receiving = false;
    self->input.drained = winner != INPUT;
    if (err < 0)
        return err;
    return winner == TIME ? check_client(self) : 0;
}

int hob_ws_wait(hob_ws *ws, hob_future *other)
{
    release_memory(ws);
    bool ready = input_length(&ws->input) > 0 && !ws->starved;
    if (ws->failed == 0 && !ws->closing && !ready)
        return wait_for_input(ws, other);
    hob_cancel(other);
    return ws->failed;
}

/* After so many reads without a wait, others run: a client may send as fast as it is read. */
enum { READS_IN_A_ROW = 16 };

static int let_others_run(hob_ws *self)
{
    return ++self->reads % READS_IN_A_ROW == 0 ? hob_yield() : 0;
}

static int wait_for_more(hob_ws *self)
{
    release_memory(self);
    return wait_for_input(self, NULL);
}

/*
 * Input.
 */

/* Counts the result of a read. Returns it, or -EAGAIN, or -ECONNRESET at the end. */
static int note_read(hob_ws *self, int length, size_t size)
{
    self->input.drained = length == -EAGAIN || (length > 0 && (size_t)length < size);
    if (length > 0)
        self->pinged = false;
    else if (length != -EAGAIN)
        return socket_lose(self);
    return length;
}

/* Reads without a wait. A short read has left nothing, which saves the call that would find this.
 */
static int try_read(hob_ws *self, char *room, size_t size)
{
    if (self->input.drained)
        return -EAGAIN;
    return note_read(self, hob_conn_try_read(self->conn, room, size), size);
}

static int try_fill(hob_ws *self)
{
    struct input *input = &self->input;
    if (!input->bytes)
        input->bytes = malloc(INPUT_SIZE);
    if (!input->bytes)
        return -ENOMEM;
    if (input->start > 0) {
        memmove(input->bytes, input->bytes + input->start, input_length(input));
        input->end -= input->start;
        input->start = 0;
    }
    int length = try_read(self, input->bytes + input->end, INPUT_SIZE - input->end);
    if (length > 0)
        input->end += (size_t)length;
    return length;
}

/* Makes sure that there is more input. Waits for it, or returns -EAGAIN. */
static int fill(hob_ws *self, bool waits)
{
    int length = 0;
    while (length == 0) {
        int err = waits ? let_others_run(self) : 0;
        length = err < 0 ? err : try_fill(self);
        if (length == -EAGAIN && waits)
            length = wait_for_more(self);
    }
    return length < 0 ? length : 0;
}

/*
 * Frames.
 */

/* Handles a control frame if all of it was received, else returns -EAGAIN. */
static int handle_control(hob_ws *self, const struct frame *frame, size_t head)
{
    char content[FRAME_CONTROL_MAX];
    struct input *input = &self->input;
    size_t length = (size_t)frame->length;
    if (input_length(input) < head + length)
        return -EAGAIN;
    frame_unmask(content, input->bytes + input->start + head, length, frame->mask, 0);
    input->start += head + length;
    if (frame->opcode == FRAME_CLOSE)
        return socket_on_close(self, content, length);
    return frame->opcode == FRAME_PING ? send_control(self, FRAME_PONG, content, length) : 0;
}

static int begin_frame(hob_ws *self, const struct frame *frame)
{
    if (frame->opcode == FRAME_CONTINUATION && !self->in_message)
        return socket_fail(self, -EPROTO, "a continuation without a beginning");
    if (frame->opcode != FRAME_CONTINUATION && self->in_message)
        return socket_fail(self, -EPROTO, "a message begins within another one");
    if (frame->opcode != FRAME_CONTINUATION) {
        self->type = (hob_ws_type)frame->opcode;
        self->utf8 = (struct utf8){0};
        self->in_message = true;
    }
    self->frame = *frame;
    self->read = 0;
    return 0;
}

/* Parses a frame of the input. Returns 1 for one of data, 0 for another, or -EAGAIN. */
static int parse_frame(hob_ws *self)
{
    struct frame frame;
    struct input *input = &self->input;
    const char *reason;
    if (!input->bytes)
        return -EAGAIN;
    int head = frame_parse(input->bytes + input->start, input_length(input), &frame, &reason);
    if (head < 0)
        return socket_fail(self, -EPROTO, reason);
    if (head == 0)
        return -EAGAIN;
    if (frame.opcode >= FRAME_CLOSE)
        return handle_control(self, &frame, (size_t)head);
    input->start += (size_t)head;
    int err = begin_frame(self, &frame);
    return err < 0 ? err : 1;
}

/* Goes to the next frame of data. Returns 1, or 0 if the client has closed the socket. */
static int next_frame(hob_ws *self, bool waits)
{
    for (;;) {
        if (self->failed < 0 || self->closing)
            return self->failed;
        int found = parse_frame(self);
        if (found == -EAGAIN)
            found = fill(self, waits);
        if (found != 0)
            return found;
    }
}

/*
 * Content.
 */

/* Checks the next bytes of a message. */
static int check_text(hob_ws *self, const char *text, size_t size)
{
    if (self->type == HOB_WS_TEXT && !utf8_feed(&self->utf8, text, size))
        return socket_fail(self, -EILSEQ, "the text is not UTF-8");
    return 0;
}

static uint64_t frame_left(const hob_ws *self)
{
    return self->frame.length - self->read;
}

/* Copies content from the input, or reads it past the input. Returns how many bytes. */
static int take_content(hob_ws *self, char *data, size_t size)
{
    struct input *input = &self->input;
    size_t received = input_length(input);
    size = size < frame_left(self) ? size : (size_t)frame_left(self);
    if (received == 0) {
        int length = try_read(self, data, size);
        if (length > 0)
            frame_unmask(data, data, (size_t)length, self->frame.mask, self->read);
        return length;
    }
    size = size < received ? size : received;
    frame_unmask(data, input->bytes + input->start, size, self->frame.mask, self->read);
    input->start += size;
    return (int)size;
}

/* Returns how many bytes of the frame were read, at least 1, or an error. */
static int read_content(hob_ws *self, char *data, size_t size, bool waits)
{
    int length = 0;
    while (length == 0) {
        int err = waits ? let_others_run(self) : 0;
        length = err < 0 ? err : take_content(self, data, size);
        if (length == -EAGAIN && waits)
            length = wait_for_more(self);
    }
    if (length < 0)
        return length;
    self->read += (uint64_t)length;
    int err = check_text(self, data, (size_t)length);
    return err < 0 ? err : length;
}

/* Ends the message behind its last frame. */
static int end_message(hob_ws *self)
{
    if (self->type == HOB_WS_TEXT && !utf8_is_whole(&self->utf8))
        return socket_fail(self, -EILSEQ, "the text ends within a character");
    self->in_message = false;
    return 0;
}

/* As hob_ws_read(), with a size above 0. */
static int read_message(hob_ws *self, char *data, size_t size, bool waits)
{
    int length = 0;
    while (self->failed == 0 && self->in_message && length == 0) {
        if (frame_left(self) > 0) {
            length = read_content(self, data, size, waits);
        } else if (self->frame.final) {
            return end_message(self);
        } else {
            int found = next_frame(self, waits);
            if (found <= 0)
                return found < 0 ? found : -ECONNRESET;
        }
    }
    return self->failed < 0 ? self->failed : length;
}

int hob_ws_read(hob_ws *ws, void *data, size_t size)
{
    return size == 0 ? 0 : read_message(ws, data, size < INT32_MAX ? size : INT32_MAX, true);
}

__attribute__((noinline)) static int drop_rest(hob_ws *self, bool waits)
{
    char dropped[512];
    int length;
    do
        length = read_message(self, dropped, sizeof(dropped), waits);
    while (length > 0);
    return length;
}

int hob_ws_next(hob_ws *ws, hob_ws_type *type)
{
    int found = drop_rest(ws, true);
    ws->collecting = false;
    if (found == 0)
        found = next_frame(ws, true);
    if (found > 0)
        *type = ws->type;
    return found;
}

/*
 * Whole messages.
 */

/* Whether all of the message is in the input. */
static bool is_received(const hob_ws *self)
{
    return self->frame.final && self->frame.length <= input_length(&self->input) &&
           self->frame.length <= self->options.message_limit;
}

/*
 * Returns the message where it was received, without a copy: moved to where its head was, so that
 * there is room for the NUL.
 */
static int take_in_place(hob_ws *self, hob_ws_message *message)
{
    struct input *input = &self->input;
    size_t size = (size_t)self->frame.length;
    char *from = input->bytes + input->start;
    char *to = from - sizeof(self->frame.mask);
    frame_unmask(to, from, size, self->frame.mask, 0);
    input->start += size;
    to[size] = '\0';
    self->read = size;
    int err = check_text(self, to, size);
    if (err == 0)
        err = end_message(self);
    if (err < 0)
        return err;
    *message = (hob_ws_message){.type = self->type, .data = to, .size = size};
    return 1;
}

/* Makes room for more of the message. The size of a frame is believed when its bytes come. */
static int reserve(hob_ws *self)
{
    size_t wanted = self->collected_capacity * 2;
    if (self->collected_size + 1 < self->collected_capacity)
        return 0;
    if (wanted < INPUT_SIZE)
        wanted = INPUT_SIZE;
    char *larger = realloc(self->collected, wanted);
    if (!larger)
        return -ENOMEM;
    self->collected = larger;
    self->collected_capacity = wanted;
    return 0;
}

/* Fails as soon as it is known that the message is too large. */
static int check_size(hob_ws *self)
{
    if (self->collected_size + frame_left(self) <= self->options.message_limit)
        return 0;
    return socket_fail(self, -EMSGSIZE, "the message is too large");
}

static int collect(hob_ws *self, bool waits, hob_ws_message *message)
{
    int length;
    do {
        length = check_size(self);
        if (length == 0)
            length = reserve(self);
        if (length < 0)
            return length;
        length = read_message(
            self, self->collected + self->collected_size,
            self->collected_capacity - self->collected_size - 1, waits);
        if (length > 0)
            self->collected_size += (size_t)length;
    } while (length > 0);
    if (length < 0)
        return self->closing ? 0 : length;
    self->collecting = false;
    self->collected[self->collected_size] = '\0';
    *message = (hob_ws_message){self->type, self->collected, self->collected_size};
    return 1;
}

static int receive(hob_ws *self, hob_ws_message *message, bool waits)
{
    if (!self->collecting) {
        int found = self->in_message ? drop_rest(self, waits) : 0;
        if (found == 0)
            found = next_frame(self, waits);
        if (found <= 0)
            return found;
        if (is_received(self))
            return take_in_place(self, message);
        self->collecting = true;
        self->collected_size = 0;
    }
    return collect(self, waits, message);
}

int hob_ws_receive(hob_ws *ws, hob_ws_message *message)
{
    return receive(ws, message, true);
}

int hob_ws_try_receive(hob_ws *ws, hob_ws_message *message)
{
    int found = receive(ws, message, false);
    ws->starved = found == -EAGAIN;
    return found;
}
