//! hyper's client on one thread of tokio. Started as bench/client/fetch.h describes.
use hyper::client::{Client, HttpConnector};
use hyper::{body, Uri};
use hyper_tls::HttpsConnector;
use std::{cell::Cell, env, fs, process, rc::Rc, time::Duration};
use tokio::time::{sleep, Instant};
use tokio::{runtime, task};

/// The field of a file of proc(5), from 0 on.
fn field(path: &str, index: usize) -> f64 {
    let text = fs::read_to_string(path).unwrap();
    text.split(' ').nth(index).unwrap().parse().unwrap()
}

/// The processor time of this process in seconds; the system counts in ticks of 10 ms.
fn cpu() -> f64 {
    (field("/proc/self/stat", 13) + field("/proc/self/stat", 14)) / 100.0
}

fn resident_kib() -> f64 {
    field("/proc/self/statm", 1) * 4.0
}

/// See settled_kib() in bench/client/fetch.h.
async fn settled_kib() -> f64 {
    let (mut now, mut steady, mut seconds) = (resident_kib(), 0, 0);
    while seconds < 60 && steady < 5 {
        let before = now;
        sleep(Duration::from_secs(1)).await;
        now = resident_kib();
        steady = if (now - before).abs() < before / 1000.0 { steady + 1 } else { 0 };
        seconds += 1;
    }
    now
}

async fn fetch_again_and_again(
    client: Client<HttpsConnector<HttpConnector>>,
    uri: Uri,
    fetched: Rc<Cell<u64>>,
) -> Result<(), hyper::Error> {
    loop {
        let response = client.get(uri.clone()).await?;
        body::to_bytes(response.into_body()).await?;
        fetched.set(fetched.get() + 1);
    }
}

async fn run(uri: Uri, mode: String, count: usize) {
    let before = resident_kib();
    let client = Client::builder()
        .pool_max_idle_per_host(count)
        .build(HttpsConnector::new());
    let fetched = Rc::new(Cell::new(0));
    for _ in 0..count {
        let fetch = fetch_again_and_again(client.clone(), uri.clone(), fetched.clone());
        task::spawn_local(async {
            if let Err(error) = fetch.await {
                eprintln!("fetch-hyper: {error}");
                process::exit(1);
            }
        });
    }
    if mode == "waiting" {
        println!("waiting {:.2} KiB", (settled_kib().await - before) / count as f64);
        return;
    }
    sleep(Duration::from_millis(500)).await;
    let (begin, used) = (Instant::now(), cpu());
    fetched.set(0);
    sleep(Duration::from_secs(3)).await;
    let (wall, requests) = (begin.elapsed().as_secs_f64(), fetched.get() as f64);
    println!("requests {:.0} 1/s", requests / wall);
    println!("processor {:.2} us", (cpu() - used) * 1e6 / requests);
}

fn main() {
    let argument = |index| env::args().nth(index).expect("URL requests|waiting COUNT");
    let (uri, count) = (argument(1).parse().unwrap(), argument(3).parse().unwrap());
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    task::LocalSet::new().block_on(&runtime, run(uri, argument(2), count));
    process::exit(0); // without a wait for the fetches
}
