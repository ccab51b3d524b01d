#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| runpod_api::fuzzing::list(data));
