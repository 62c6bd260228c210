"""Chat."""

import streamlit as st

st.title("What do you want to do?")
