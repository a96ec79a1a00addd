//! The built program, run on folders of input: whole outputs are compared.

mod build;
mod errors;
mod project;
mod tidy;
