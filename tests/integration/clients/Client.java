// usage: java Client.java CA ORIGIN PROTOCOL...
//
// Java's client, which asks for "Upgrade: h2c" on each request without TLS. Requests to each origin
// have to arrive by this protocol. The client trusts the certificate in the file CA.
import java.io.FileInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

class Client {
    static SSLContext trusting(String file) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        try (var in = new FileInputStream(file)) {
            var factory = CertificateFactory.getInstance("X.509");
            store.setCertificateEntry("ca", factory.generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    static void expect(String expected, String seen) {
        if (!expected.equals(seen)) {
            throw new AssertionError("\"" + seen + "\" instead of \"" + expected + "\"");
        }
    }

    static void ask(HttpClient client, String origin, String protocol) throws Exception {
        for (int size : List.of(0, 5, 1000000)) {
            var post = HttpRequest.newBuilder(URI.create(origin + "/"))
                .POST(BodyPublishers.ofByteArray(new byte[size])).build();
            expect(size + " bytes by " + protocol, client.send(post, BodyHandlers.ofString()).body());
        }
        var get = HttpRequest.newBuilder(URI.create(origin + "/")).build();
        var all = IntStream.range(0, 50)
            .mapToObj(i -> client.sendAsync(get, BodyHandlers.ofString())).toList();
        for (CompletableFuture<HttpResponse<String>> one : all) {
            expect(protocol, one.get().body().split(" ")[0]);
        }
        var events = HttpRequest.newBuilder(URI.create(origin + "/events")).build();
        var lines = client.send(events, BodyHandlers.ofLines()).body();
        expect("2", "" + lines.filter(line -> line.equals("event: news")).count());
    }

    public static void main(String[] args) throws Exception {
        var client = HttpClient.newBuilder().sslContext(trusting(args[0])).build();
        for (int i = 1; i < args.length; i += 2) {
            ask(client, args[i], args[i + 1]);
        }
        System.out.println("all is well");
    }
}
