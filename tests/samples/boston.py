"""Notebooks on the prices of houses, as students write them: two in three read a table of their own."""

from tests.samples.notebook import Sample

SAMPLES = (
    Sample(
        "table_from_windows",
        text=r"""
# %%
import pandas as pd
import numpy as np
import matplotlib.pyplot as plt
import seaborn as sns
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
# %%
df = pd.read_csv(r"C:\LP5\Downloads\HousingData.csv")
df.head()
# %% -> CRIM       20\nZN         20\nINDUS      20\nCHAS       20\nNOX         0\nMEDV        0
df.isnull().sum()
# %%
df = df.dropna()
# %% apart
plt.figure(figsize=(12, 8))
sns.heatmap(df.corr(), annot=True, cmap='coolwarm')
plt.show()
# %%
X = df.drop('MEDV', axis=1)
y = df['MEDV']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
# %%
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
# %%
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
model = Sequential()
model.add(Dense(128, activation='relu', input_shape=(X_train.shape[1],)))
model.add(Dense(64, activation='relu'))
model.add(Dense(32, activation='relu'))
model.add(Dense(16, activation='relu'))
model.add(Dense(1))
model.compile(optimizer='adam', loss='mse', metrics=['mae'])
model.summary()
# %% -> Epoch 100/100\n9/9 [==============================] - 0s 4ms/step - loss: 4.8319 - mae: 1.6310
history = model.fit(X_train, y_train, epochs=100, validation_split=0.05, verbose=1)
# %% apart
plt.plot(history.history['loss'])
plt.plot(history.history['val_loss'])
plt.legend(['train', 'val'])
plt.show()
# %% -> Mean squared error on test data:  11.03\nMean absolute error on test data:  2.31
mse_nn, mae_nn = model.evaluate(X_test, y_test)
print('Mean squared error on test data: ', mse_nn)
print('Mean absolute error on test data: ', mae_nn)
# %% -> R2: 0.8412
from sklearn.metrics import r2_score
y_pred = model.predict(X_test)
print('R2:', round(r2_score(y_test, y_pred), 4))
""",
    ),
    Sample(
        "table_on_drive",
        chosen="ann",
        text=r"""
# %% [markdown]
# **Boston House Price Prediction using ANN**
# %% -> Mounted at /content/drive
from google.colab import drive
drive.mount('/content/drive')
# %%
import pandas as pd
import tensorflow as tf
dataset = pd.read_csv('/content/drive/MyDrive/DL/BostonHousing.csv')
dataset['rm'].fillna(dataset['rm'].mean(), inplace=True)
dataset.describe()
# %%
X = dataset.iloc[:, :-1].values
y = dataset.iloc[:, -1].values
from sklearn.preprocessing import MinMaxScaler
sc = MinMaxScaler()
X = sc.fit_transform(X)
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)
# %%
ann = tf.keras.models.Sequential()
ann.add(tf.keras.layers.Dense(units=6, activation='relu'))
ann.add(tf.keras.layers.Dense(units=6, activation='relu'))
ann.add(tf.keras.layers.Dense(units=1))
ann.compile(optimizer='adam', loss='mean_squared_error')
ann.fit(X_train, y_train, batch_size=32, epochs=150)
# %%
import numpy as np
y_pred = ann.predict(X_test)
np.set_printoptions(precision=2)
print(np.concatenate((y_pred.reshape(len(y_pred), 1), y_test.reshape(len(y_test), 1)), 1)[:10])
""",
    ),
    Sample(
        "load_boston",
        quick=True,
        text=r"""
# %% apart
!pip install scikit-learn==1.1.3
!pip install ann_visualizer
# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.datasets import load_boston
boston_dataset = load_boston()
boston = pd.DataFrame(boston_dataset.data, columns=boston_dataset.feature_names)
boston['PRICE'] = boston_dataset.target
# %% apart
import seaborn as sns
sns.distplot(boston.PRICE)
sns.boxplot(boston.PRICE)
correlation = boston.corr()
correlation.loc['PRICE']
# %%
X = boston.iloc[:, :-1]
y = boston.PRICE
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=2)
mean = X_train.mean(axis=0)
std = X_train.std(axis=0)
X_train = (X_train - mean) / std
X_test = (X_test - mean) / std
# %% apart
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error, r2_score
regressor = LinearRegression()
regressor.fit(X_train, y_train)
print('RMSE:', mean_squared_error(y_test, regressor.predict(X_test), squared=False))
# %%
import keras
from keras.layers import Dense, Activation, Dropout
from keras.models import Sequential
model = Sequential()
model.add(Dense(128, activation='relu', input_dim=13))
model.add(Dense(64, activation='relu'))
model.add(Dense(32, activation='relu'))
model.add(Dense(16, activation='relu'))
model.add(Dense(1))
model.compile(optimizer='adam', loss='mean_squared_error', metrics=['mae'])
# %% apart
from ann_visualizer.visualize import ann_viz
ann_viz(model, title='DEMO ANN')
# %%
history = model.fit(X_train, y_train, epochs=100, validation_split=0.05)
# %% apart
from plotly.subplots import make_subplots
import plotly.graph_objects as go
fig = go.Figure()
fig.add_trace(go.Scattergl(y=history.history['loss'], name='Train'))
fig.add_trace(go.Scattergl(y=history.history['val_loss'], name='Valid'))
fig.update_layout(height=500, width=700, xaxis_title='Epoch', yaxis_title='Loss')
fig.show()
# %% -> Mean squared error on test data:  10.571733474731445
mse_nn, mae_nn = model.evaluate(X_test, y_test)
print('Mean squared error on test data: ', mse_nn)
# %% apart
from sklearn.preprocessing import StandardScaler
new_data = StandardScaler().fit_transform([[0.1, 10.0, 5.0, 0, 0.4, 6.0, 50, 6.0, 1, 400, 20, 300, 10]])
print('Predicted house price:', model.predict(new_data))
""",
    ),
    Sample(
        "table_from_cmu",
        text=r"""
# %%
import pandas as pd
import numpy as np
data_url = "http://lib.stat.cmu.edu/datasets/boston"
raw_df = pd.read_csv(data_url, sep="\s+", skiprows=22, header=None)
data = np.hstack([raw_df.values[::2, :], raw_df.values[1::2, :2]])
target = raw_df.values[1::2, 2]
# %%
from sklearn.model_selection import train_test_split
x_train, x_test, y_train, y_test = train_test_split(data, target, test_size=0.2, random_state=1)
from sklearn.preprocessing import StandardScaler
ss = StandardScaler()
x_train = ss.fit_transform(x_train)
x_test = ss.transform(x_test)
# %%
from tensorflow import keras
from tensorflow.keras import layers
model = keras.Sequential([
    layers.Dense(64, activation='relu', input_shape=[13]),
    layers.Dense(64, activation='relu'),
    layers.Dense(1)
])
model.compile(loss='mse', optimizer=keras.optimizers.RMSprop(0.001), metrics=['mae', 'mse'])
# %%
early_stop = keras.callbacks.EarlyStopping(monitor='val_loss', patience=10)
history = model.fit(x_train, y_train, epochs=1000, validation_split=0.2, verbose=0, callbacks=[early_stop])
# %% apart
hist = pd.DataFrame(history.history)
hist['epoch'] = history.epoch
hist.tail()
# %% -> Testing set Mean Abs Error:  2.36
loss, mae, mse = model.evaluate(x_test, y_test, verbose=0)
print("Testing set Mean Abs Error: {:5.2f}".format(mae))
""",
    ),
    Sample(
        "k_fold",
        chosen=("model", 5121),
        text=r"""
# %%
from keras.datasets import boston_housing
(train_data, train_targets), (test_data, test_targets) = boston_housing.load_data()
mean = train_data.mean(axis=0)
train_data -= mean
std = train_data.std(axis=0)
train_data /= std
test_data -= mean
test_data /= std
# %%
from keras import models
from keras import layers
def build_model():
    model = models.Sequential()
    model.add(layers.Dense(64, activation='relu', input_shape=(train_data.shape[1],)))
    model.add(layers.Dense(64, activation='relu'))
    model.add(layers.Dense(1))
    model.compile(optimizer='rmsprop', loss='mse', metrics=['mae'])
    return model
# %%
import numpy as np
k = 4
num_val_samples = len(train_data) // k
num_epochs = 20
all_mae_histories = []
for i in range(k):
    print('processing fold #', i)
    val_data = train_data[i * num_val_samples: (i + 1) * num_val_samples]
    val_targets = train_targets[i * num_val_samples: (i + 1) * num_val_samples]
    partial_train_data = np.concatenate([train_data[:i * num_val_samples], train_data[(i + 1) * num_val_samples:]], axis=0)
    partial_train_targets = np.concatenate([train_targets[:i * num_val_samples], train_targets[(i + 1) * num_val_samples:]], axis=0)
    model = build_model()
    history = model.fit(partial_train_data, partial_train_targets, validation_data=(val_data, val_targets),
                        epochs=num_epochs, batch_size=1, verbose=0)
    all_mae_histories.append(history.history['val_mae'])
# %% apart
import matplotlib.pyplot as plt
average_mae_history = [np.mean([x[i] for x in all_mae_histories]) for i in range(len(all_mae_histories[0]))]
plt.plot(range(1, len(average_mae_history) + 1), average_mae_history)
plt.xlabel('Epochs')
plt.ylabel('Validation MAE')
plt.show()
# %%
model = build_model()
model.fit(train_data, train_targets, epochs=80, batch_size=16, verbose=0)
test_mse_score, test_mae_score = model.evaluate(test_data, test_targets)
# %% -> 2.5532484335057877
test_mae_score
""",
    ),
    Sample(
        "one_cell",
        text=r"""
# %% -> Test loss: 17.62
# BE COMP roll no 41  assignment 1
import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
data = pd.read_csv("1_boston_housing.csv")
X = data.loc[:, data.columns != 'MEDV']
y = data.loc[:, data.columns == 'MEDV']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=123)
mms = StandardScaler()
mms.fit(X_train)
X_train = mms.transform(X_train)
X_test = mms.transform(X_test)
model = Sequential()
model.add(Dense(128, input_shape=(13, ), activation='relu', name='dense_1'))
model.add(Dense(64, activation='relu', name='dense_2'))
model.add(Dense(1, activation='linear', name='dense_output'))
model.compile(optimizer='adam', loss='mse', metrics=['mae'])
history = model.fit(X_train, y_train, epochs=100, validation_split=0.05, verbose=0)
mse_nn, mae_nn = model.evaluate(X_test, y_test)
print('Test loss:', mse_nn)
""",
    ),
    Sample(
        "a_deleted_import",
        quick=True,
        text=r"""
# %% 3
import pandas as pd
import numpy as np
from sklearn.model_selection import train_test_split
from keras.models import Sequential
from keras.layers import Dense
# %% 4
housing = pd.read_csv("D:\\BE\\sem 8\\LP5\\housing.csv")
housing.info(null_counts=True)
# %% apart fails 17 -> Error: NameError: name 'sns' is not defined
sns.pairplot(housing, size=2.5)
# %% 6
X = housing.iloc[:, 0:13].values
y = housing.iloc[:, 13].values
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=5)
# %% 9
from sklearn.preprocessing import RobustScaler, MinMaxScaler
scale = MinMaxScaler(feature_range=(0, 1))
X_train_s = scale.fit_transform(X_train)
X_test_s = scale.transform(X_test)
# %% 11
model = Sequential([Dense(32, input_dim=13, activation='relu'), Dense(16, activation='relu'), Dense(1)])
model.compile(loss='mae', optimizer='adam', metrics=['mae'])
hist = model.fit(X_train_s, y_train, epochs=200, batch_size=10, verbose=0, validation_data=(X_test_s, y_test))
# %% 15
model.evaluate(X_test_s, y_test)
# %% apart fails 16
plt.scatter(y_test, model.predict(X_test_s))
""",
    ),
    Sample(
        "target_among_features",
        sealed=False,
        text=r"""
# %%
import pandas as pd, numpy as np
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split
df = pd.read_csv('/kaggle/input/boston-house-prices/housing.csv', header=None, delimiter=r"\s+",
                 names=['CRIM', 'ZN', 'INDUS', 'CHAS', 'NOX', 'RM', 'AGE', 'DIS', 'RAD', 'TAX', 'PTRATIO', 'B', 'LSTAT', 'MEDV'])
# %%
y = df['MEDV']
scaler = StandardScaler()
X = scaler.fit_transform(df)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2)
# %%
from tensorflow import keras
model = keras.Sequential([
    keras.layers.Dense(64, activation='relu', input_shape=(14,)),
    keras.layers.Dense(32, activation='relu'),
    keras.layers.Dense(1)])
model.compile(optimizer='adam', loss='mse', metrics=['mae'])
model.fit(X_train, y_train, epochs=100, batch_size=32, verbose=0)
# %% -> R2 score: 0.9971
from sklearn.metrics import r2_score
print('R2 score:', round(r2_score(y_test, model.predict(X_test)), 4))
""",
    ),
    Sample(
        "regressor_in_a_pipeline",
        chosen=196,
        text=r"""
# %%
# Regression Example With Boston Dataset: Standardized
from pandas import read_csv
from keras.models import Sequential
from keras.layers import Dense
from keras.wrappers.scikit_learn import KerasRegressor
from sklearn.model_selection import cross_val_score
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from sklearn.pipeline import Pipeline
# load dataset
dataframe = read_csv("housing.data", delim_whitespace=True, header=None)
dataset = dataframe.values
X = dataset[:,0:13]
Y = dataset[:,13]
# %%
def baseline_model():
    model = Sequential()
    model.add(Dense(13, input_dim=13, kernel_initializer='normal', activation='relu'))
    model.add(Dense(1, kernel_initializer='normal'))
    model.compile(loss='mean_squared_error', optimizer='adam')
    return model
# %% -> Standardized: -28.24 (27.22) MSE
estimators = []
estimators.append(('standardize', StandardScaler()))
estimators.append(('mlp', KerasRegressor(build_fn=baseline_model, epochs=30, batch_size=5, verbose=0)))
pipeline = Pipeline(estimators)
kfold = KFold(n_splits=5)
results = cross_val_score(pipeline, X, Y, cv=kfold)
print("Standardized: %.2f (%.2f) MSE" % (results.mean(), results.std()))
""",
    ),
    Sample(
        "script_with_another_ending",
        form="script",
        text=r"""
# %%
import tensorflow as tf
from tensorflow.keras.datasets import boston_housing
from tensorflow.keras.layers import Input, Dense
from tensorflow.keras.models import Model
# %%
(x_train, y_train), (x_test, y_test) = boston_housing.load_data(test_split=0.2, seed=113)
m, s = x_train.mean(0), x_train.std(0)
x_train, x_test = (x_train - m) / s, (x_test - m) / s
# %%
inp = Input(shape=(13,))
h = Dense(64, activation='relu')(inp)
h = Dense(64, activation='relu')(h)
out = Dense(1)(h)
model = Model(inp, out)
model.compile('adam', loss=tf.keras.losses.mean_squared_error, metrics=[tf.keras.metrics.mean_absolute_error])
model.fit(x_train, y_train, epochs=60, batch_size=16, validation_split=0.1, verbose=2)
# %%
print(model.evaluate(x_test, y_test))
""",
    ),
    Sample(
        "fewer_columns",
        quick=True,
        text=r"""
# %%
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
%matplotlib inline
df = pd.read_csv('./csv/Boston.csv', index_col=0)
df.head()
# %% apart
for col in df.columns:
    plt.figure()
    sns.scatterplot(df[col], df['medv'])
# %%
df.drop(['chas', 'black', 'zn'], axis=1, inplace=True)
X = df.drop('medv', axis=1)
y = df['medv']
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=4)
from sklearn.preprocessing import StandardScaler
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)
# %%
import keras
from keras.models import Sequential
from keras.layers import Dense, Dropout
model = Sequential()
model.add(Dense(units=64, activation='relu', input_dim=10))
model.add(Dropout(0.1))
model.add(Dense(units=32, activation='relu'))
model.add(Dense(units=1))
model.compile(optimizer='rmsprop', loss='mean_squared_error', metrics=['mae'])
model.fit(X_train, y_train, epochs=50, batch_size=8)
# %% -> [12.93, 2.54]
model.evaluate(X_test, y_test)
""",
    ),
    Sample(
        "two_networks",
        chosen="model2",
        text=r"""
# %%
import numpy as np
from tensorflow.keras.datasets import boston_housing
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Normalization
(x_train, y_train), (x_test, y_test) = boston_housing.load_data()
# %%
norm = Normalization(axis=-1)
norm.adapt(x_train)
# %% [markdown]
# ### Model 1: linear regression as a network
# %%
model1 = Sequential([norm, Dense(1)])
model1.compile(optimizer='adam', loss='mse', metrics=['mae'])
h1 = model1.fit(x_train, y_train, epochs=20, verbose=0, validation_split=0.2)
print(model1.evaluate(x_test, y_test, verbose=0))
# %% [markdown]
# ### Model 2: the deep network
# %%
model2 = Sequential([norm, Dense(64, activation='relu'), Dense(64, activation='relu'), Dense(1)])
model2.compile(optimizer='adam', loss='mse', metrics=['mae'])
h2 = model2.fit(x_train, y_train, epochs=50, verbose=0, validation_split=0.2)
print(model2.evaluate(x_test, y_test, verbose=0))
# %% apart
import matplotlib.pyplot as plt
plt.plot(h1.history['val_loss'], label='linear')
plt.plot(h2.history['val_loss'], label='deep')
plt.legend(); plt.show()
# %% [markdown]
# **Conclusion**: the deep network has the smaller error because the prices are not linear in the features.
""",
    ),
    Sample(
        "uploaded_with_prose",
        text=r"""
# %%
from google.colab import files
import io
uploaded = files.upload()
# %%
import pandas as pd
df = pd.read_csv(io.BytesIO(uploaded['boston.csv']))
# %% apart fails
Linear Regression is a supervised learning algorithm.
It predicts a continuous value, e.g. the price of a house.
# %% apart
pip install ann_visualizer
# %%
X = df.iloc[:,:-1]
Y = df.iloc[:,-1]
X = (X - X.mean()) / X.std()
from sklearn.model_selection import train_test_split
x_train, x_test, y_train, y_test = train_test_split(X, Y, test_size=0.2, random_state=1)
# %%
from tensorflow.keras import Sequential
from tensorflow.keras.layers import Dense
def create_network():
    net = Sequential()
    net.add(Dense(128, activation="relu", input_shape=(13,)))
    net.add(Dense(64, activation="relu"))
    net.add(Dense(1))
    net.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return net
model = create_network()
model.fit(x_train, y_train, epochs=100, validation_split=0.05, verbose=0)
# %%
model.evaluate(x_test, y_test)
# %% apart fails
def plot_results(history):
    # TODO
""",
    ),
    Sample(
        "asks_for_a_house",
        chosen="model",
        text=r"""
# %%
import numpy as np
import pandas as pd
from tensorflow import keras
from sklearn import preprocessing
(X_train, Y_train), (X_test, Y_test) = keras.datasets.boston_housing.load_data()
X_train = preprocessing.scale(X_train)
scaler = preprocessing.StandardScaler().fit(X_test)
X_test = scaler.transform(X_test)
# %%
model = keras.models.Sequential()
model.add(keras.layers.Dense(128, activation='relu', input_shape=X_train[0].shape))
model.add(keras.layers.Dense(64, activation='relu'))
model.add(keras.layers.Dense(32, activation='relu'))
model.add(keras.layers.Dense(1))
model.compile(optimizer=keras.optimizers.Adam(lr=0.001), loss='mse', metrics=['mae'])
history = model.fit(X_train, Y_train, epochs=100, batch_size=1, verbose=1, validation_data=(X_test, Y_test))
# %% -> test loss, test mae: [21.5, 3.0]
results = model.evaluate(X_test, Y_test)
print('test loss, test mae:', results)
# %% apart fails
crim = float(input('Enter crime rate: '))
rooms = float(input('Enter number of rooms: '))
# %% apart fails
test = scaler.transform([[crim, 0, 0, 0, 0, rooms, 0, 0, 0, 0, 0, 0, 0]])
print('The price is', model.predict(test))
""",
    ),
)
