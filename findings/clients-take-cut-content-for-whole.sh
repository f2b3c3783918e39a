#!/usr/bin/env bash
# Surprise: Ruby's Net::HTTP and Mojolicious report content that was cut short as a success.
#
# Guess:    content with fewer bytes than Content-Length says, or without its last chunk, is incomplete
#           (RFC 9112 8), and a client raises an error for it.
# Package:  ruby3.1, libruby3.1 3.1.7+really3.1.2-0+deb12u1, libmojolicious-perl 9.31+dfsg-1 (Debian 12)
# Seen:     of ten bytes five come, and the connection ends: Net::HTTP returns status 200 and the five.
#           For chunks that break off it raises EOFError. Mojo::UserAgent returns status 200, what has
#           come, and no error in both cases. curl reports both.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian ruby3.1=3.1.7+really3.1.2-0+deb12u1 libruby3.1=3.1.7+really3.1.2-0+deb12u1 \
  libmojolicious-perl=9.31+dfsg-1

cat >get.rb <<'END'
require "net/http"
begin
  response = Net::HTTP.get_response(URI(ARGV[0]))
  puts "#{response.code} '#{response.body}'"
rescue EOFError => error
  puts error.class
end
END
cat >get.pl <<'END'
use Mojo::UserAgent;
my $exchange = Mojo::UserAgent->new->get($ARGV[0]);
my $error = $exchange->error;
print $error ? $error->{message} : $exchange->res->code . " '" . $exchange->res->body . "'", "\n";
END
port=$(free_port)
in_background node "$folder/upstream.js" "$port"
wait_for_port "$port"
libraries=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
with_ruby() {
  env LD_LIBRARY_PATH="$libraries" \
    RUBYLIB="$PWD/root/usr/lib/ruby/3.1.0:$libraries/ruby/3.1.0" \
    root/usr/bin/ruby3.1 --disable-gems get.rb "http://127.0.0.1:$port$1"
}
with_perl() {
  env PERL5LIB="$PWD/root/usr/share/perl5" perl get.pl "http://127.0.0.1:$port$1"
}
expect "whole, Ruby" "$(with_ruby /whole)" "200 'hello'"
expect "known length cut, curl" "$(answer_of "127.0.0.1:$port/cut-length")" "200 hello (cut short)"
expect "known length cut, Ruby" "$(with_ruby /cut-length)" "200 'hello'"
expect "known length cut, Mojolicious" "$(with_perl /cut-length)" "200 'hello'"
expect "chunks cut, Ruby" "$(with_ruby /cut-chunks)" "EOFError"
expect "chunks cut, Mojolicious" "$(with_perl /cut-chunks)" "200 'hello'"
