"""Three honest solutions of the sheet `boston`, by people who never met, for the tests of similarity."""

import json
from pathlib import Path

STARTER = """import keras

(x_train, y_train), (x_test, y_test) = keras.datasets.boston_housing.load_data()

features = "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT".split()

print("training rows", x_train.shape, "prices", y_train.shape)
print("test rows    ", x_test.shape, "prices", y_test.shape)"""

ASHA = [
    STARTER,
    """import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
df = pd.DataFrame(x_train, columns=features)
df["MEDV"] = y_train
plt.figure(figsize=(12, 9))
sns.heatmap(df.corr(), annot=True, cmap="coolwarm")
plt.show()
for col in ["LSTAT", "RM"]:
    plt.scatter(df[col], df["MEDV"])
    plt.xlabel(col)
    plt.ylabel("MEDV")
    plt.show()""",
    """from sklearn.preprocessing import StandardScaler
scaler = StandardScaler()
x_train_s = scaler.fit_transform(x_train)
x_test_s = scaler.transform(x_test)
print(x_train_s.mean(), x_train_s.std(), x_test_s.mean(), x_test_s.std())""",
    """from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error, mean_absolute_error, r2_score
lr = LinearRegression()
lr.fit(x_train_s, y_train)
y_lr = lr.predict(x_test_s)
print("MSE", mean_squared_error(y_test, y_lr))
print("MAE", mean_absolute_error(y_test, y_lr))
print("RMSE", np.sqrt(mean_squared_error(y_test, y_lr)))
print("R2", r2_score(y_test, y_lr))""",
    """model = keras.Sequential([
    keras.Input(shape=(13,)),
    keras.layers.Dense(128, activation="relu"),
    keras.layers.Dense(64, activation="relu"),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.summary()""",
    """history = model.fit(x_train_s, y_train, epochs=100, validation_split=0.05, verbose=1)
plt.plot(history.history["loss"])
plt.plot(history.history["val_loss"])
plt.title("Model loss")
plt.legend(["Train", "Validation"])
plt.show()""",
    """y_pred = model.predict(x_test_s)
mse, mae = model.evaluate(x_test_s, y_test)
print("Mean squared error on test data:", mse)
print("Mean absolute error on test data:", mae)
print("R2 on test data:", r2_score(y_test, y_pred))""",
    """new_house = [[0.1, 0.0, 10.0, 0.0, 0.5, 6.0, 60.0, 4.0, 5.0, 350.0, 18.0, 390.0, 12.0]]
print("Predicted price:", model.predict(scaler.transform(new_house)))""",
]
ROHAN = [
    """import tensorflow as tf
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Dropout
from tensorflow.keras.datasets import boston_housing
(train_data, train_targets), (test_data, test_targets) = boston_housing.load_data(test_split=0.2, seed=113)
train_data.shape""",
    """mean = train_data.mean(axis=0)
train_data -= mean
std = train_data.std(axis=0)
train_data /= std
test_data -= mean
test_data /= std""",
    """def build_model():
    model = Sequential()
    model.add(Dense(64, activation='relu', input_shape=(train_data.shape[1],)))
    model.add(Dropout(0.1))
    model.add(Dense(64, activation='relu'))
    model.add(Dense(1))
    model.compile(optimizer='rmsprop', loss='mse', metrics=['mae'])
    return model""",
    """import numpy as np
k = 4
size = len(train_data) // k
scores = []
for i in range(k):
    val_x, val_y = train_data[i * size:(i + 1) * size], train_targets[i * size:(i + 1) * size]
    rest_x = np.concatenate([train_data[:i * size], train_data[(i + 1) * size:]], axis=0)
    rest_y = np.concatenate([train_targets[:i * size], train_targets[(i + 1) * size:]], axis=0)
    net = build_model()
    net.fit(rest_x, rest_y, epochs=80, batch_size=16, verbose=0)
    scores.append(net.evaluate(val_x, val_y, verbose=0)[1])
print(scores, np.mean(scores))""",
    """model = build_model()
h = model.fit(train_data, train_targets, epochs=80, batch_size=16, validation_split=0.05, verbose=0)
import matplotlib.pyplot as plt
epochs = range(1, 81)
plt.plot(epochs, h.history['mae'], 'bo', label='Training MAE')
plt.plot(epochs, h.history['val_mae'], 'b', label='Validation MAE')
plt.legend()
plt.show()""",
    """test_mse, test_mae = model.evaluate(test_data, test_targets)
pred = model.predict(test_data).flatten()
ss_res = np.sum((test_targets - pred) ** 2)
ss_tot = np.sum((test_targets - test_targets.mean()) ** 2)
print(f'mae {test_mae:.2f} rmse {test_mse ** 0.5:.2f} r2 {1 - ss_res / ss_tot:.3f}')""",
]
MEERA = [
    """# Boston with pandas and the functional API
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn import linear_model, metrics
from keras import Input, Model, layers, callbacks

houses = pd.read_csv("HousingData.csv").dropna()
houses.describe()""",
    """houses.corr()["MEDV"].sort_values()""",
    """X = houses.drop(columns="MEDV").to_numpy()
y = houses.MEDV.to_numpy()
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.2, random_state=42)
mm = MinMaxScaler().fit(X_tr)
X_tr, X_te = map(mm.transform, (X_tr, X_te))""",
    """base = linear_model.LinearRegression().fit(X_tr, y_tr)
def report(name, guess):
    err = y_te - guess
    return {"name": name, "mse": (err ** 2).mean(), "mae": abs(err).mean(), "r2": metrics.r2_score(y_te, guess)}
table = [report("linear", base.predict(X_te))]""",
    """house = Input((X.shape[1],), name="house")
hidden = house
for width in (100, 50):
    hidden = layers.Dense(width, "relu")(hidden)
price = layers.Dense(1, name="price")(hidden)
net = Model(house, price)
net.compile("adam", "mean_squared_error")
patience = callbacks.EarlyStopping(patience=15, restore_best_weights=True)
log = net.fit(X_tr, y_tr, validation_split=0.1, epochs=300, callbacks=[patience], verbose=0)
pd.DataFrame(log.history).plot(logy=True, xlabel="epoch", figsize=(7, 4));""",
    """table.append(report("network", net.predict(X_te, verbose=0)[:, 0]))
pd.DataFrame(table).set_index("name").round(3)""",
]
HONEST = {"Asha": ASHA, "Rohan": ROHAN, "Meera": MEERA}


def write_notebook(path: Path, cells: list[str]) -> Path:
    """A notebook of these code cells, in a folder of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": []} for cell in cells]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}), encoding="utf-8")
    return path
