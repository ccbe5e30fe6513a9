"""The job ticket and the work order (作業指示書) of each unit: facts of the job, collected and written."""
