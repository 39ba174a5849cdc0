"""Backfill: releases for the past nights of a git history."""
