"""The server that the load of bench/src/serve goes to beside `pushforward serve`: FastAPI with a flow of zuko of the same size.

    .venv/bin/python -m uvicorn serve_zuko:app --port 8001
"""

import torch
import zuko
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

DIM = 6

torch.manual_seed(0)
flow = zuko.flows.MAF(DIM, transforms=5, hidden_features=(64, 64)).eval()
app = FastAPI()


class Rows(BaseModel):
    rows: list[list[float]] = Field(min_length=1, max_length=100_000)


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/score")
def score(body: Rows):
    if any(len(row) != DIM for row in body.rows):
        raise HTTPException(400, f"rows must have {DIM} numbers")
    x = torch.tensor(body.rows)
    if not torch.isfinite(x).all():
        raise HTTPException(400, "rows must be finite")
    with torch.inference_mode():
        return {"log_density": flow().log_prob(x).tolist()}
